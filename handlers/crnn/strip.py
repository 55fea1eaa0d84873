"""The picture that the network reads: one line of ink, height fixed, width free.

Both `ink` (strokes) and `picture` (photographs) end here, so that the network sees one kind of picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from crnn.trace import Trace

HEIGHT = 48
"""Pixels from top to bottom of a strip."""
INK_HEIGHT = 40
"""Pixels that the ink's reference height fills; the rest is margin above and below."""
WIDENING = 1.25
"""How much wider than it was written ink is drawn, where there is room: more steps for each letter."""
MARGIN = 8
"""Pixels of paper to the left and to the right of the ink."""
MIN_WIDTH = 24
MAX_WIDTH = 2048
"""Narrowest and widest strip in pixels; wider ink is drawn smaller."""
STRIDE = 4
"""Columns of a strip that make one step of the network's answer."""
PEN_WIDTH = 2.0
"""Pixels that a stroke of the pen is wide, where nothing else is known."""


class Shown(Protocol):
    """What a network may see of a strip."""

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """(height, width): 0 is paper, 255 is ink."""
        ...

    @property
    def trace(self) -> Trace | None:
        """How the pen went, where that is known: (planes, height, width)."""
        ...


@dataclass(frozen=True)
class Strip:
    """One line of ink to read."""

    pixels: npt.NDArray[np.uint8]
    """(height, width): 0 is paper, 255 is ink."""
    left: float
    right: float
    """The columns between which fractions of the width are counted."""
    trace: Trace | None = None
    """How the pen went, where that is known: (planes, height, width)."""

    def fraction(self, column: float) -> float:
        """Where a column lies in the source, from 0 (its left edge) to 1 (its right edge)."""
        if self.right <= self.left:
            return 0.0 if column <= self.left else 1.0
        return float(np.clip((column - self.left) / (self.right - self.left), 0.0, 1.0))

    def stretched(self, factor: float) -> "Strip":
        """The same ink, wider or narrower by a factor, as far as a strip may be wide or narrow."""
        width = int(np.clip(round(self.pixels.shape[1] * factor), MIN_WIDTH, MAX_WIDTH))
        true = width / self.pixels.shape[1]
        how = cv2.INTER_AREA if true < 1 else cv2.INTER_LINEAR
        pixels = cv2.resize(self.pixels, (width, HEIGHT), interpolation=how)
        return Strip(pixels.astype(np.uint8), self.left * true, self.right * true)


def padded(width: int, multiple: int) -> int:
    """The next multiple that a width fits into."""
    return -(-width // multiple) * multiple


def lay(strips: Sequence[Shown], planes: int, multiple: int) -> npt.NDArray[np.int16]:
    """Lay strips left-aligned on paper of one width, a multiple: (batch, planes, height, width).

    The ink, 0 to 255, and beside it, where more than one plane is asked for, the pen's trace, -255 to 255.
    """
    width = padded(max(strip.pixels.shape[1] for strip in strips), multiple)
    laid = np.zeros((len(strips), planes, HEIGHT, width), dtype=np.int16)
    for index, strip in enumerate(strips):
        laid[index, 0, :, : strip.pixels.shape[1]] = strip.pixels
        if planes > 1 and strip.trace is not None:
            laid[index, 1:, :, : strip.pixels.shape[1]] = strip.trace
    return laid


def scales(reference: float, width: float) -> tuple[float, float]:
    """Pixels of a strip for a unit across and for one down, of ink with a reference height and a width.

    Ink too wide for a strip is first drawn less wide, then smaller.
    """
    if reference <= 0:
        return 1.0, 1.0
    widest = (MAX_WIDTH - 2 * MARGIN) / max(width, 1e-6)
    down = min(INK_HEIGHT / reference, widest)
    return min(down * WIDENING, widest), down


class NothingToReadError(ValueError):
    """The input is whole but holds no ink."""
