"""The trace of the pen: which way it went over each pixel, which finished ink no longer tells.

The network sees it beside the ink where there are strokes, and nothing in its place where there is a picture.
The idea is that of the directional feature maps of Bai and Huo, "A Study on the Use of 8-Directional Features
for Online Handwritten Chinese Character Recognition" (2005), with two signed planes instead of eight.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Trace = npt.NDArray[np.int16]
"""(PLANES, height, width), -255 to 255: the pen's direction rightwards and downwards, and how near it came
down (above 0) or was lifted (below)."""

PLANES = 3
_STEP = 0.5
"""Pixels from one place on the way that is painted to the next."""
_MOST_STEPS = 40_000
_REACH = 3
"""A direction is that from so many steps behind to as many ahead: whole pixels of a screen do not show."""
_SPREAD = 1.0
"""Standard deviation, in pixels, of what is painted around the way."""
_FAINT = 0.2
"""Density beside the way below which directions fade; on a straight way it is 0.4."""


def paint(strokes: Sequence[npt.NDArray[np.float32]], height: int, width: int) -> Trace:
    """Paint the trace of strokes, each (points, 2) in pixels; a mere dot leaves none."""
    places, directions, step = _walk(strokes)
    painted = np.zeros((4, height * width), np.float32)
    at = _cells(places, height, width)
    for plane, weights in enumerate((*directions.T, np.ones(len(at)))):
        painted[plane] = np.bincount(at, weights * step, minlength=height * width)
    for points, sign in ((0, 1.0), (-1, -1.0)):
        ends = np.array([stroke[points] for stroke in strokes])
        painted[3] += sign * np.bincount(_cells(ends, height, width), minlength=height * width)
    planes = painted.reshape(4, height, width).transpose(1, 2, 0)
    right, down, density, ends = cv2.split(cv2.GaussianBlur(planes, (0, 0), _SPREAD))
    density = np.maximum(density, _FAINT)
    trace = np.stack([right / density, down / density, ends * (2 * np.pi * _SPREAD**2)])
    return np.asarray(np.rint(255 * np.clip(trace, -1, 1)), np.int16)


def _walk(
    strokes: Sequence[npt.NDArray[np.float32]],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Places at equal steps along all strokes and the directions there, both (places, 2), and the step."""
    points = np.concatenate(strokes).astype(np.float64)
    lengths = np.hypot(*np.diff(points, axis=0).T)
    lasts = np.cumsum([len(stroke) for stroke in strokes]) - 1
    lengths[lasts[:-1]] = 0  # the pen was up
    way = np.concatenate([[0.0], np.cumsum(lengths)])
    step = max(_STEP, float(way[-1]) / _MOST_STEPS)
    at = (np.arange(int(way[-1] / step)) + 0.5) * step
    places = np.stack([np.interp(at, way, axis) for axis in points.T], axis=1)
    stroke = np.searchsorted(way[lasts], at)
    here = np.arange(len(at))
    behind = np.maximum(here - _REACH, np.searchsorted(stroke, stroke, "left"))
    ahead = np.minimum(here + _REACH, np.searchsorted(stroke, stroke, "right") - 1)
    between = np.maximum(ahead - behind, 1) * step
    return places, (places[ahead] - places[behind]) / between[:, None], step


def _cells(places: npt.NDArray[np.floating], height: int, width: int) -> npt.NDArray[np.int64]:
    """The pixels, counted row by row, in which places lie."""
    x, y = places.astype(np.int64).T
    return np.asarray(np.clip(y, 0, height - 1) * width + np.clip(x, 0, width - 1))
