"""Lines printed on paper, rules or squares, and how they are wiped from the ink that crosses them."""

import cv2
import numpy as np
import numpy.typing as npt

from crnn.encoded import Grey, shrunk

Indices = npt.NDArray[np.int64]

_LEAST = 40
"""Pixels that a printed line is long at least."""
_LENGTH = 30
"""How long it is at least in widths of the pen; the stem of a letter or the bar of a T is shorter."""
_FAINT = 200
"""Strength, of 255, that strokes of a pen reach."""
_FAINT_LENGTH = 12
"""How long, in widths of the pen, a line is at least that is fainter."""
_SEEN = 60
"""Strength from which lines are looked for; what is weaker is never taken for writing."""
_SIDES = 400, 800
"""Pixels of the longer side of the picture in which lines askew are found: more where the pen is thin."""
_PEN = 1.5
"""Pixels that the pen is wide in it, if that side allows."""
_CROWDED = 0.6
"""Share of its pixels from which a picture is so full that no line could be told from the rest."""
_STEEPEST = 0.08
_WHOLE = 0.9
"""Share of its way across the picture on which a line askew is seen."""
_THIN = 0.45
"""Share of it that is no wider than the pen; the rest is crossed by writing."""
_GAP = 40
"""How far apart, in widths of the pen, places lie at most between which writing may lie on a line."""
_CLEARLY = 25
"""How much stronger than a printed line ink is at least where it crosses it."""


def wipe(ink: Grey, pen: float) -> Grey:
    """Wipe printed lines from ink written with a pen of some width: strength (height, width) -> the same.

    Those across the whole picture may lie askew; those across half of it, or nine tenths of its height, not.
    """
    ink = _without(ink, _askew(ink, pen), pen)
    ink = _without(ink.T, _askew(ink.T, pen)).T
    ink = _without(ink, _level(ink, pen, 0.5), pen)
    ink = _without(ink.T, _level(ink.T, pen, 0.9)).T
    return np.ascontiguousarray(ink)


def _level(ink: Grey, pen: float, share: float) -> Grey:
    """Find level lines over some share of the width: not 0 where there is one."""
    width = ink.shape[1]
    length = max(_LEAST, round(_LENGTH * pen), int(width * share))
    return _opened(_seen(ink), (1, length)) if length < width else np.zeros_like(ink)


def _askew(ink: Grey, pen: float) -> Grey:
    """Find lines from side to side of the picture, up to a slope of _STEEPEST: not 0 where there is one.

    For each slope the ink is added up along all lines of it (a Hough transform).
    """
    width = ink.shape[1]
    if width <= _LEAST:
        return np.zeros_like(ink)
    small = shrunk(ink, round(np.clip(max(ink.shape) * _PEN / pen, *_SIDES)))
    scale = small.shape[1] / width
    dark, faint = _LENGTH * pen * scale, max(_LEAST, _FAINT_LENGTH * pen) * scale
    thin = _thin(small, pen * scale)
    faintly = thin & (_dilated(small, (5, 1)) < _FAINT)
    seen, thin, faintly = (_dilated(layer, (3, 1)) for layer in (_seen(small), thin, faintly))
    if seen.mean() > _CROWDED:
        return np.zeros_like(ink)
    rows, columns = np.nonzero(seen)
    thin, faintly = thin[rows, columns], faintly[rows, columns]
    found = np.zeros_like(small)
    steps = round(_STEEPEST * small.shape[1] / 3)
    for slope in np.linspace(-_STEEPEST, _STEEPEST, 2 * steps + 1):
        lines = _Lines(small.shape, slope, rows, columns)
        whole = (lines.sums() >= _WHOLE * lines.lengths) & (lines.lengths >= faint)
        if whole.any():
            is_thin, is_faint = (lines.sums(layer) >= _THIN * lines.lengths for layer in (thin, faintly))
            whole &= is_faint | is_thin & (lines.lengths >= dark)
            found[rows, columns] |= whole[lines.at]
    found = cv2.resize(found, (width, len(ink)), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    return found & _thin(ink, pen)


class _Lines:
    """All lines of one slope across a picture, and the pixels, by rows and columns, that lie on them."""

    def __init__(self, shape: tuple[int, int], slope: float, rows: Indices, columns: Indices) -> None:
        height, width = shape
        first = np.rint(-slope * np.arange(width)).astype(np.int64)  # the line of each column's first row
        first -= first.min()
        self._count = height + int(first.max())
        begun, ended = (np.bincount(at, minlength=self._count + 1) for at in (first, first + height))
        self.lengths: Indices = np.cumsum(begun - ended)[:-1]
        """Of each line, in columns."""
        self.at: Indices = rows + first[columns]
        """The line of each pixel."""

    def sums(self, values: Grey | None = None) -> npt.NDArray[np.float64]:
        """What the pixels, or their values, add up to on each line."""
        return np.asarray(np.bincount(self.at, values, self._count), dtype=np.float64)


def _seen(ink: Grey) -> Grey:
    return (ink > _SEEN).astype(np.uint8)


def _thin(ink: Grey, pen: float) -> Grey:
    """Where ink is no higher than a line that the pen would draw: 1, elsewhere 0."""
    seen = _seen(ink)
    return seen & ~_opened(seen, (round(pen) + 2, 1))


def _dilated(picture: Grey, shape: tuple[int, int], from_row: int = -1) -> Grey:
    """Take the largest value in a window of this shape; a pixel lies in its middle, or in the row given."""
    return cv2.dilate(picture, np.ones(shape, np.uint8), anchor=(-1, from_row)).astype(np.uint8)


def _opened(seen: Grey, shape: tuple[int, int]) -> Grey:
    return cv2.morphologyEx(seen, cv2.MORPH_OPEN, np.ones(shape, np.uint8)).astype(np.uint8)


def _without(ink: Grey, found: Grey, pen: float = 0.0) -> Grey:
    """Wipe level rules, but for what crosses them, and what is clearly darker.

    Nothing is darker than a rule as dark as ink: if a pen's width is given, what may stand on one is kept.
    """
    if not found.any():
        return ink
    rule = _dilated(found, (3, 3)) > 0
    wiped = np.where(rule, 0, ink).astype(np.uint8)
    deep = float(cv2.distanceTransform(np.pad(rule, 1).astype(np.uint8), cv2.DIST_L1, 3).max())
    thick = 2 * int(deep)
    kept = cv2.morphologyEx(wiped, cv2.MORPH_CLOSE, np.ones((thick + 3, 1), np.uint8))
    clear = float(np.percentile(ink[found > 0], 75)) + _CLEARLY
    if clear < 255 - _CLEARLY:
        over = np.clip((ink.astype(np.float32) - clear) * (255 / (255 - clear)), 0, 255)
        kept = np.maximum(kept, over.astype(np.uint8))
    elif pen:
        beyond = np.where(_filled(rule, pen), 0, ink).astype(np.uint8)
        kept = np.where(_stood_on(beyond, thick, pen), ink, kept)
    return np.where(rule, kept, wiped).astype(np.uint8)


def _filled(rule: npt.NDArray[np.bool_], pen: float) -> npt.NDArray[np.bool_]:
    """A rule with the places at which strokes come to it."""
    reach = 4 * round(pen)
    layer = np.pad(rule.astype(np.uint8), ((1, 1), (reach, reach)))
    closed = cv2.morphologyEx(layer, cv2.MORPH_CLOSE, np.ones((3, 2 * reach + 1), np.uint8))
    return np.asarray(closed[1:-1, reach:-reach] > 0)


def _stood_on(wiped: Grey, thick: int, pen: float) -> npt.NDArray[np.bool_]:
    """Where writing may lie on a rule: between places at which ink comes to it from one side alone.

    The bottom of an o that stands on its line is such a place; the stem of a p comes out below.
    """
    seen = _seen(wiped)
    above, below = (_dilated(seen, (thick + 2, 1), from_row=row) for row in (thick + 1, 0))
    beside = (1, 2 * round(pen) + 1)
    reach = round(_GAP * pen) // 2
    gap = np.ones((3, 2 * reach + 1), np.uint8)
    stood_on = np.zeros_like(seen)
    for one, other in ((above, below), (below, above)):
        alone = np.pad(one & ~_dilated(other, beside), ((1, 1), (reach, reach)))  # or it closes to the edge
        closed = cv2.morphologyEx(alone, cv2.MORPH_CLOSE, gap)
        stood_on |= closed[1:-1, reach:-reach].astype(np.uint8)
    return stood_on > 0
