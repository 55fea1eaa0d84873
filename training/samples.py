"""One written text with its truth, and the sets that such samples come from."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from crnn.strip import Strip
from crnn.trace import Trace

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Sample:
    """A strip, (height, width) of 0 for paper to 255 for ink, what is written on it, and the pen's trace."""

    pixels: Pixels
    text: str
    trace: Trace | None = None

    @classmethod
    def of(cls, strip: Strip, text: str) -> "Sample":
        """Take what the network sees of a strip."""
        return cls(strip.pixels, text, strip.trace)


class Source(Protocol):
    """Something that draws training samples for ever."""

    def draw(self, random: np.random.Generator) -> Sample:
        """Make one sample, by the generator's chance alone."""
        ...
