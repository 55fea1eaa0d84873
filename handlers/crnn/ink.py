"""Ink, strokes of points, and how it is drawn for the network: the same in training and in serving.

A stroke runs from pen down to pen up; y grows downwards; any unit. Only x and y are drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from crnn import trace
from crnn.strip import (
    HEIGHT,
    MARGIN,
    MAX_WIDTH,
    MIN_WIDTH,
    PEN_WIDTH,
    NothingToReadError,
    Strip,
    scales,
)

Points = npt.NDArray[np.float32]
"""(points, 2): x and y of one stroke."""

MAX_COORDINATE = 1e6
FLAT_HEIGHT = 1 / 3
"""How high a letter would be beside a dash, in widths of the dash."""
_TAP = 0.15
"""How large a mere touch is at most, in heights of the writing."""
_STRAY = 1.0
"""How far below the writing a touch is no part of it, in heights of the writing."""
_OVERSAMPLING = 4
_SUBPIXEL_BITS = 4
_LEVEL_FROM_ASPECT = 3.0
_LEVEL_AT_MOST = np.tan(np.radians(20))


class MalformedInkError(ValueError):
    """The strokes are not lists of finite points."""


def parse(strokes: object) -> list[Points]:
    """Take strokes as JSON gives them, `[[[x, y, …], …], …]`; empty strokes are dropped.

    Raises MalformedInkError for anything else than finite numbers, NothingToReadError where no point is left.
    """
    if not isinstance(strokes, list | tuple):
        raise MalformedInkError("strokes must be a list")
    parsed = [_parse_stroke(stroke) for stroke in strokes]
    parsed = [stroke for stroke in parsed if len(stroke)]
    if not parsed:
        raise NothingToReadError("there is no point to read")
    return parsed


def _parse_stroke(stroke: object) -> Points:
    if not isinstance(stroke, list | tuple):
        raise MalformedInkError("a stroke must be a list of points")
    try:
        points = np.array([_xy(point) for point in stroke], dtype=np.float64).reshape(-1, 2)
    except OverflowError as error:
        raise MalformedInkError("coordinates must be finite and at most a million") from error
    if len(points) and not (np.isfinite(points).all() and np.abs(points).max() <= MAX_COORDINATE):
        raise MalformedInkError("coordinates must be finite and at most a million")
    return points.astype(np.float32)


def _xy(point: object) -> tuple[float, float]:
    if (
        isinstance(point, list | tuple)
        and len(point) >= 2
        and all(type(value) in (int, float) for value in point[:2])
    ):
        return point[0], point[1]
    raise MalformedInkError("a point must be [x, y] in numbers")


@dataclass(frozen=True)
class Frame:
    """The box around some ink, in the ink's units."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, strokes: Sequence[Points]) -> "Frame":
        """Enclose every point."""
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        return cls(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def path_length(strokes: Sequence[Points]) -> float:
    """How far the pen went while it was down."""
    return float(sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in strokes if len(stroke) > 1))


def reference_height(strokes: Sequence[Points], frame: Frame) -> float:
    """The height that is drawn INK_HEIGHT pixels high: the ink's own, but for flat marks such as a dash."""
    flat = is_flat(len(strokes), path_length(strokes), frame.width)
    return max(frame.height, frame.width * FLAT_HEIGHT if flat else 0.0)


def is_flat(pieces: int, length: float, width: float) -> bool:
    """Tell a dash or an ellipsis from writing, which goes up and down: its path is much longer than wide."""
    return pieces <= 5 and length < 1.4 * width


def level(strokes: Sequence[Points]) -> list[Points]:
    """Turn a line that climbs or falls until it is level; short words are left as they are."""
    frame = Frame.around(without_stray_taps(strokes))
    if frame.width < _LEVEL_FROM_ASPECT * frame.height:
        return list(strokes)
    slope = _slope(strokes)
    if abs(slope) > _LEVEL_AT_MOST:
        return list(strokes)
    cosine = 1 / np.hypot(1, slope)
    turn = np.array([[cosine, -slope * cosine], [slope * cosine, cosine]], dtype=np.float32)
    return [stroke @ turn for stroke in strokes]


def _slope(strokes: Sequence[Points]) -> float:
    """Slope of the least-squares line through the ink, each piece of path weighted by its length."""
    pieces = [(stroke[1:] + stroke[:-1]) / 2 for stroke in strokes if len(stroke) > 1]
    if not pieces:
        return 0.0
    weights = np.concatenate([np.hypot(*np.diff(s, axis=0).T) for s in strokes if len(s) > 1])
    middle = np.concatenate(pieces)
    total = weights.sum()
    if total <= 0:
        return 0.0
    offset = middle - (weights[:, None] * middle).sum(axis=0) / total
    spread = (weights * offset[:, 0] ** 2).sum()
    return float((weights * offset[:, 0] * offset[:, 1]).sum() / spread) if spread > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class DrawnStrip(Strip):
    """A strip whose ink is known, so that it can be drawn wider or narrower with the same pen."""

    strokes: Sequence[Points] = field(repr=False, compare=False)
    pen_width: float

    def stretched(self, factor: float) -> Strip:
        """Draw the ink anew."""
        wider = np.array([factor, 1], dtype=np.float32)
        return _drawn([stroke * wider for stroke in self.strokes], self.pen_width)


def draw(strokes: Sequence[Points], pen_width: float = PEN_WIDTH) -> Strip:
    """Draw ink on a strip, levelled, its reference height filling INK_HEIGHT pixels, centred vertically."""
    return _drawn(level(strokes), pen_width)


def without_stray_taps(strokes: Sequence[Points]) -> list[Points]:
    """Leave out touches, such as a palm's, far below the writing; dots alone are all kept."""
    points = np.concatenate(strokes)
    starts = np.cumsum([0, *(len(stroke) for stroke in strokes[:-1])])
    sizes = np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)
    taps = sizes.max(axis=1) <= _TAP * sizes[:, 1].max()
    if not taps.any() or taps.all():
        return list(strokes)
    written = [stroke for stroke, tap in zip(strokes, taps, strict=True) if not tap]
    frame = Frame.around(written)
    lowest = frame.top + frame.height + _STRAY * reference_height(written, frame)
    return [stroke for stroke, tap in zip(strokes, taps, strict=True) if not tap or stroke[0, 1] <= lowest]


def _drawn(strokes: Sequence[Points], pen_width: float) -> Strip:
    whole, written = Frame.around(strokes), without_stray_taps(strokes)
    frame = Frame.around(written)
    reference = reference_height(written, frame) or frame.width * FLAT_HEIGHT
    across, down = scales(reference, frame.width)
    width = int(np.clip(np.ceil(frame.width * across) + 2 * MARGIN, MIN_WIDTH, MAX_WIDTH))
    x0 = (width - frame.width * across) / 2
    y0 = (HEIGHT - frame.height * down) / 2
    shift = np.array([x0 - frame.left * across, y0 - frame.top * down], dtype=np.float32)
    scale = np.array([across, down], dtype=np.float32)
    placed = [stroke * scale + shift for stroke in written]
    left = x0 + (whole.left - frame.left) * across
    return DrawnStrip(
        paint(placed, width, pen_width),
        left,
        left + whole.width * across,
        trace.paint(placed, HEIGHT, width),
        strokes=strokes,
        pen_width=pen_width,
    )


def paint(strokes: Sequence[Points], width: int, pen_width: float) -> npt.NDArray[np.uint8]:
    """Paint strokes, placed in pixels, with a round pen: (HEIGHT, width), 255 where there is ink."""
    canvas = np.zeros((HEIGHT * _OVERSAMPLING, width * _OVERSAMPLING), dtype=np.uint8)
    unit = _OVERSAMPLING * (1 << _SUBPIXEL_BITS)
    pen = max(1, round(pen_width * _OVERSAMPLING))
    for stroke in strokes:
        points = np.rint(stroke * unit).astype(np.int32)
        if len(points) == 1 or _is_dot(stroke, pen_width):
            centre = (int(points[0, 0]), int(points[0, 1]))
            cv2.circle(canvas, centre, round(pen_width * 0.7 * unit), 255, -1, shift=_SUBPIXEL_BITS)
        else:
            cv2.polylines(canvas, [points], False, 255, pen, cv2.LINE_8, _SUBPIXEL_BITS)
    return cv2.resize(canvas, (width, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _is_dot(stroke: Points, pen_width: float) -> bool:
    return float(np.ptp(stroke, axis=0).max()) < pen_width / 4
