"""One written text with its truth, and the sets that such samples come from."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """A strip, (height, width) of 0 for paper to 255 for ink, and what is written on it."""

    pixels: Pixels
    text: str


class Source(Protocol):
    """Something that draws training samples for ever."""

    def draw(self, random: np.random.Generator) -> Sample:
        """Make one sample, by the generator's chance alone."""
        ...
