"""Pictures (photographs, scans, screenshots) and how the ink in them is found and put on a strip."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from crnn import encoded, rules
from crnn.encoded import Grey
from crnn.ink import FLAT_HEIGHT, is_flat
from crnn.strip import HEIGHT, MARGIN, MAX_WIDTH, MIN_WIDTH, PEN_WIDTH, NothingToReadError, Strip, scales

_SOLID = 110
"""Strength from which a pixel certainly belongs to a stroke, of 255."""
_CROWDED = 0.25
"""Share of a picture's pixels from which ink, such as one bold letter's, is no exception among them."""
_BLACK = 32
"""On paper darker than this noise is lighter than the paper, never darker."""
_RARE = 0.02
"""Of a hundred pixels of such a picture so many at least are ink: a word on a whole screen has few."""
_GROUND_SIDE = 200
"""Pixels of the longer side of a picture whose ground is looked for."""
_MEDIAN_SIDE = 255
"""The widest median that OpenCV has of bytes."""
_EDGE = 1.04
"""How much brighter than the darker side of an edge the paper may seem there."""
_PENS = 3.0
"""How many strokes' width what is dark has to measure, at least, to be paper: loops may be filled."""
_LARGE = 0.08
"""Share of the largest piece's area from which a piece is no speck, wherever it lies."""
_OVER, _BESIDE = 0.6, 1.5
"""How far a smaller one lies above or below the large ones, or beside them, at most, in their height."""
_NOISE_PIECES = 200
_NOISE_AREA = 50
"""More than so many pieces, none of them as large as this, are a camera's noise."""
_BROAD = 1.2
"""Width from which strokes are made narrower, in widths of a usual pen, and what they keep at least."""
_NARROWER = 0.2
"""How much narrower, at most, in parts of their own: more would cut them where they are thin."""
_LEVEL_FROM_ASPECT = 3.0
_LEVEL_AT_MOST = 0.36


@dataclass(frozen=True)
class Patch:
    """A piece of a picture that holds the ink, with where it came from."""

    ink: Grey
    """(height, width): strength of the ink, 0 to 255."""
    left: int
    width: int
    """Column of the patch in the upright picture, and that picture's width, in the patch's own pixels."""


def read(data: bytes) -> Strip:
    """Find the ink in an encoded picture and put it on a strip.

    Raises what `encoded.decode` raises, or NothingToReadError.
    """
    return fit(crop(strength(encoded.decode(data))))


def strength(grey: Grey) -> Grey:
    """How strongly each pixel is ink, 0 to 255, whatever the light: (height, width) -> the same.

    Ink is what is darker than its paper; light ink on a darker ground is turned round first.
    """
    if _is_negative(grey):
        grey = cv2.bitwise_not(grey).astype(np.uint8)
    side = max(15, min(grey.shape) // 5)
    ink = _stand_out(_darker(grey, side))
    broad = min(int(_PENS * pen_width(ink)), min(grey.shape) // 2)
    return ink if broad <= side else _stand_out(_darker(grey, broad))


def _darker(grey: Grey, side: int) -> npt.NDArray[np.float32]:
    """How much darker than its paper each pixel is, 0 to 1; (height, width) -> the same."""
    darker = 1 - grey.astype(np.float32) / np.maximum(_paper(grey, side).astype(np.float32), 1)
    return np.clip(darker, 0, 1)


def _is_negative(grey: Grey) -> bool:
    """Whether ink is lighter than its paper: narrow things stand out from what is around them more that way.

    What is around is the local median. Corners and edges, of the paper or of a shadow, are not narrow:
    a square fits into them. Where all is dark, ink that is darker must be clearly so.
    """
    if max(np.median(grey), np.median(_border(grey))) < _BLACK:
        low, median, high = np.percentile(cv2.blur(grey, (3, 3)), (_RARE, 50, 100 - _RARE))
        return bool(median - low < 1.5 * (high - median))
    small = encoded.shrunk(grey, _GROUND_SIDE)
    reach = max(9, min(small.shape) // 4) | 1
    small = np.pad(small, reach, "edge")
    around, square = cv2.medianBlur(small, reach), np.ones((reach, reach), np.uint8)
    lighter = np.minimum(cv2.subtract(small, around), cv2.morphologyEx(small, cv2.MORPH_TOPHAT, square))
    darker = np.minimum(cv2.subtract(around, small), cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, square))
    inner = np.s_[reach:-reach, reach:-reach]
    return _spread(lighter[inner]) > 1 + 1.5 * _spread(darker[inner])


def _border(grey: Grey) -> Grey:
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _spread(values: npt.NDArray[np.uint8]) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.square(values.astype(np.float32)).mean()))


def _paper(grey: Grey, side: int) -> Grey:
    """How bright the paper is: the local maximum (a closing), smoothed; (height, width) -> the same.

    What is dark and as large as a square of this side, in pixels, is paper too, such as a shadow.
    At the edge of a shadow, or of the paper itself, what is smooth is brighter than the darker side, which
    would look like ink all along the edge. There the darker side tells.
    """
    small = grey
    if min(grey.shape) > 64:
        small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.uint8)
    reach = min(_MEDIAN_SIDE, max(3, (side | 1) * small.shape[0] // grey.shape[0]) | 1)
    smooth = cv2.GaussianBlur(_closed(small, reach), (0, 0), reach / 3)
    far = 3 * reach
    edged = cv2.medianBlur(_closed(np.pad(small, far, "edge"), far), reach)[far:-far, far:-far]
    darker_side = cv2.erode(edged, np.ones((5, 5), np.uint8))
    paper: Grey = np.minimum(smooth, darker_side * np.float32(_EDGE)).astype(np.uint8)
    return cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _closed(grey: Grey, reach: int) -> Grey:
    return cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8)).astype(np.uint8)


def _stand_out(darker: npt.NDArray[np.float32]) -> Grey:
    """Stretch so that the paper's own noise becomes 0 and clear strokes 255."""
    solid = darker > 0.5 * darker.max()
    paper = darker[~solid] if _CROWDED < solid.mean() < 1 else darker
    noise = float(np.median(np.abs(paper - np.median(paper)))) * 1.4826
    floor = float(np.median(paper)) + 4 * noise + 0.02
    clear = darker[darker > floor]
    if clear.size < 4:
        raise NothingToReadError("there is no ink on the paper")
    otsu, _ = cv2.threshold((clear * 255).astype(np.uint8).reshape(-1, 1), 0, 255, cv2.THRESH_OTSU)
    strong = darker[darker > max(otsu / 255, floor)]  # of ink that is all alike Otsu's threshold is 0
    full = float(np.percentile(strong, 60)) if strong.size else float(clear.max())
    if full < 0.06:
        raise NothingToReadError("there is no ink on the paper")
    floor = min(max(floor, 0.18 * full), 0.6 * full)
    return np.asarray(np.clip((darker - floor) / (full - floor), 0, 1) * 255, dtype=np.uint8)


def crop(ink: Grey) -> Patch:
    """Cut out the writing: ruled lines, specks and what hangs in from the border are wiped first."""
    ink = rules.wipe(ink, pen_width(ink))
    solid = (ink > _SOLID).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    if count < 2 or (count > _NOISE_PIECES and stats[1:, cv2.CC_STAT_AREA].max() < _NOISE_AREA):
        raise NothingToReadError("there is no ink on the paper")
    kept = _writing(stats.astype(np.int32), ink.shape)
    if not kept.any():
        raise NothingToReadError("there is no ink on the paper")
    mask = kept[labels]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    near = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Patch(np.asarray((ink * near)[box], dtype=np.uint8), int(columns[0]), ink.shape[1])


def _writing(stats: npt.NDArray[np.int32], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which connected components are writing: (components, 5) of cv2 -> (components,), paper is none."""
    height, width = shape
    left, top, wide, high, area = stats.T
    big = area[1:].max()
    speck = area < max(4, big * 0.004)
    sides = np.array([left <= 1, top <= 1, left + wide >= width - 1, top + high >= height - 1])
    at_border = sides.any(axis=0) & ~sides[:, 1:].any(axis=1).all()  # a picture may be cut to its ink
    neighbour = at_border & ((area < 0.12 * big) | _in_another_line(stats, at_border | speck))
    kept = ~(speck | neighbour)
    kept[0] = False
    return np.asarray(kept & ~_far_specks(stats, kept), dtype=np.bool_)


def _far_specks(stats: npt.NDArray[np.int32], kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which components, small ones, lie farther from the large ones than a dot lies from its letter."""
    left, top, wide, high, area = stats.T
    large = kept & (area >= _LARGE * area[kept].max(initial=1))
    if not large.any():
        return np.zeros(len(stats), dtype=np.bool_)
    first, last = left[large].min(), (left + wide)[large].max()
    upper, lower = top[large].min(), (top + high)[large].max()
    height = max(lower - upper, (last - first) * FLAT_HEIGHT)
    beside = np.maximum(first - (left + wide), left - last)
    over = np.maximum(upper - (top + high), top - lower)
    return np.asarray(~large & ((over > _OVER * height) | (beside > _BESIDE * height)), dtype=np.bool_)


def _in_another_line(stats: npt.NDArray[np.int32], doubtful: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which components stand above or below the rows of the certain ones, where those are most of the ink."""
    _, top, _, high, area = stats.T
    certain = ~doubtful
    certain[0] = False
    if area[certain].sum() < 0.5 * area[1:].sum():
        return np.zeros(len(stats), dtype=np.bool_)
    first, last = top[certain].min(), (top + high)[certain].max()
    shared = np.minimum(top + high, last) - np.maximum(top, first)
    return np.asarray(shared < 0.35 * high, dtype=np.bool_)


def fit(patch: Patch) -> Strip:
    """Scale a patch so that its reference height fills INK_HEIGHT pixels, level, pen of a usual width."""
    ink, turned = level(patch.ink)
    pen = pen_width(ink)
    across, down = scales(_reference_height(ink, pen), ink.shape[1])
    ink = thin(thicken(ink, pen, down), pen, down)
    size = (max(1, round(ink.shape[1] * across)), max(1, min(HEIGHT, round(ink.shape[0] * down))))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if down < 1 else cv2.INTER_LINEAR)
    width = int(np.clip(size[0] + 2 * MARGIN, MIN_WIDTH, MAX_WIDTH))
    strip = np.zeros((HEIGHT, width), dtype=np.uint8)
    x, y = (width - size[0]) // 2, (HEIGHT - size[1]) // 2
    strip[y : y + size[1], x : x + size[0]] = small
    left = x - (patch.left - turned) * across
    return Strip(_full_contrast(strip), left, left + patch.width * across)


def _full_contrast(strip: Grey) -> Grey:
    peak = float(np.percentile(strip[strip > 40], 80)) if (strip > 40).any() else 255.0
    return np.asarray(np.clip(strip.astype(np.float32) * (255 / max(peak, 60)), 0, 255), dtype=np.uint8)


def pen_width(ink: Grey) -> float:
    """Width of the strokes in pixels: within a bar w wide, the mean distance to the paper is (w + 2) / 4."""
    solid = np.pad((ink > _SOLID).astype(np.uint8), 1)
    if not solid.any():
        return 1.0
    distance = cv2.distanceTransform(solid, cv2.DIST_L2, 5)
    return max(1.0, 4 * float(distance[solid > 0].mean()) - 2)


def _reference_height(ink: Grey, pen: float) -> float:
    """The height that is drawn INK_HEIGHT pixels high, as `ink.reference_height` has it."""
    height, width = ink.shape
    solid = (ink > _SOLID).astype(np.uint8)
    pieces = cv2.connectedComponents(solid)[0] - 1
    flat = is_flat(pieces, float(solid.sum()) / pen, width)
    return float(max(height - pen, width * FLAT_HEIGHT if flat else 0.0, 3 * pen))


def thicken(ink: Grey, pen: float, scale: float) -> Grey:
    """Make strokes that would be hair-thin on the strip nearly as wide as a usual pen's."""
    missing = 0.8 * PEN_WIDTH / scale - pen
    if missing < 1:
        return ink
    reach = int(min(missing, 15)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    padded = np.pad(ink, reach // 2)
    return cv2.dilate(padded, kernel).astype(np.uint8)


def thin(ink: Grey, pen: float, scale: float) -> Grey:
    """Make strokes that would be broad on the strip somewhat narrower, so that loops open again."""
    excess = min(pen - _BROAD * PEN_WIDTH / scale, _NARROWER * pen)
    if excess < 0.5:
        return ink
    finer = int(np.ceil(2 / excess))  # so that what is taken away is at least a pixel on either side
    reach = round(excess * finer / 2)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    large = cv2.resize(ink, None, fx=finer, fy=finer, interpolation=cv2.INTER_LINEAR)
    thinned = cv2.erode(np.pad(large, reach), kernel)[reach:-reach, reach:-reach]
    size = (ink.shape[1], ink.shape[0])
    return cv2.resize(thinned, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def level(ink: Grey) -> tuple[Grey, float]:
    """Turn a line of writing until it is level; also say how many columns were added at its left."""
    height, width = ink.shape
    rows, columns = np.nonzero(ink > _SOLID)
    if width < _LEVEL_FROM_ASPECT * height or len(rows) < 20:
        return ink, 0.0
    slope = float(np.polyfit(columns, rows, 1)[0])
    if abs(slope) > _LEVEL_AT_MOST or abs(slope) * width < 2:
        return ink, 0.0
    pad = int(abs(slope) * height / 2) + 1
    tall = int(abs(slope) * width / 2) + 1
    padded = np.pad(ink, ((tall, tall), (pad, pad)))
    centre = (padded.shape[1] / 2, padded.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(centre, float(np.degrees(np.arctan(slope))), 1.0)
    turned = cv2.warpAffine(padded, turn, (padded.shape[1], padded.shape[0])).astype(np.uint8)
    filled = np.flatnonzero((turned > _SOLID).any(axis=1))
    across = np.flatnonzero((turned > _SOLID).any(axis=0))
    cut = turned[filled[0] : filled[-1] + 1, across[0] : across[-1] + 1]
    return cut, float(pad - across[0])
