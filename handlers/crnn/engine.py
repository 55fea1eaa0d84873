"""What computes the network's answers: any of these, by the same call."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Strips = npt.NDArray[np.float32]
"""(batch, 1, height, width): 0 is paper, 1 is ink."""
Answers = npt.NDArray[np.float32]
"""(steps, batch, classes): logarithms of probabilities, class 0 the blank."""


class Engine(Protocol):
    """A network ready to answer."""

    name: str
    together: bool
    """Whether strips of like width are answered together without one changing another's answer."""

    def __call__(self, strips: Strips) -> Answers:
        """Answer strips of one width."""
        ...
