"""What computes the network's answers: any of these, by the same call."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

Strips = npt.NDArray[np.float32]
"""(batch, planes, height, width): the ink, 0 for paper to 1, and in further planes the trace, -1 to 1."""
Answers = npt.NDArray[np.float32]
"""(steps, batch, classes): logarithms of probabilities, class 0 the blank."""


class Engine(Protocol):
    """A network ready to answer."""

    name: str
    planes: int
    """What it looks at: the ink alone (1), or the pen's trace as well (1 + trace.PLANES)."""
    together: bool
    """Whether strips of like width are answered together without one changing another's answer."""

    def __call__(self, strips: Strips) -> Answers:
        """Answer strips of one width."""
        ...
