"""The ink that every row reads: a word, 192 columns wide as the network sees it, and a line of eight."""

import cv2
import numpy as np

from crnn import ink
from crnn.reader import Decoder, Reading
from crnn.recogniser import Recogniser
from crnn.strip import Strip

Strokes = list[list[list[float]]]
"""As JSON carries them: [x, y] of each point, y downwards."""

_LETTERS: dict[str, tuple[float, str]] = {
    " ": (34, ""),
    "a": (58, "39,-42 24,-51 13,-46 6,-34 4,-18 9,-5 17,0 27,-5 35,-17 41,-47 40,-20 45,-3 54,-5"),
    "c": (46, "38,-40 27,-50 11,-43 5,-24 12,-5 27,0 40,-10"),
    "e": (48, "6,-25 18,-27 30,-31 37,-39 32,-48 22,-51 12,-46 6,-35 5,-20 11,-6 22,0 34,-4 44,-15"),
    "h": (52, "9,-102 6,-60 5,-20 4,0 8,-25 16,-42 26,-49 34,-45 37,-32 37,-16 39,-3 47,-2"),
    "r": (40, "5,-49 7,-25 6,0 9,-28 16,-43 25,-48 35,-46"),
    "t": (38, "16,-87 12,-45 12,-13 16,-2 24,0 34,-7 | 1,-52 16,-54 34,-55"),
}
"""Each letter: its width, then the points of its strokes; the baseline is at 0."""
_DENSITY = 4
"""Points that a pen gives for each written here."""
_PAPER = 20
"""Pixels of white around the ink of a picture."""


def write(text: str) -> Strokes:
    """Write a text, letter beside letter."""
    strokes, x = [], 0.0
    for letter in text:
        width, curves = _LETTERS[letter]
        strokes += [_stroke(curve, x) for curve in curves.split("|") if curve]
        x += width
    return strokes


def _stroke(curve: str, left: float) -> list[list[float]]:
    corners = np.array([pair.split(",") for pair in curve.split()], dtype=np.float64)
    place = np.arange((len(corners) - 1) * _DENSITY + 1) / _DENSITY
    x, y = (np.interp(place, range(len(corners)), axis) for axis in corners.T)
    points: list[list[float]] = np.stack([x + left, y], axis=1).round(1).tolist()
    return points


WORD = write("teacher")
LINE = write("the teacher at a heater ate her chart")


def draw(strokes: Strokes) -> Strip:
    """Draw ink as the handler does."""
    return ink.draw(ink.parse(strokes))


def read(recogniser: Recogniser, strokes: Strokes, decoder: Decoder = "beam") -> Reading:
    """Read ink as the handler does, from strokes to texts."""
    [reading] = recogniser.read([draw(strokes)], decoder)
    return reading


def picture(strokes: Strokes) -> bytes:
    """A PNG of the ink, black on white, a pixel a unit: letters up to a hundred pixels high."""
    drawn = [np.rint(stroke).astype(np.int32) for stroke in map(np.array, strokes)]
    points = np.concatenate(drawn)
    low = points.min(axis=0) - _PAPER
    width, height = points.max(axis=0) - low + _PAPER
    paper = np.full((height, width), 255, dtype=np.uint8)
    cv2.polylines(paper, [stroke - low for stroke in drawn], False, 0, 5, cv2.LINE_AA)
    return cv2.imencode(".png", paper)[1].tobytes()
