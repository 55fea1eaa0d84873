"""Handwriting fonts: texts that nobody wrote, drawn with the letters that somebody did."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from crnn.picture import Patch, fit
from training.phrases import Phrases
from training.samples import Pixels, Sample

_SIZE = 72


@dataclass(frozen=True)
class Font:
    """A font file and the characters that it can draw."""

    path: Path
    characters: frozenset[str]

    def draws(self, text: str) -> bool:
        """Tell whether every character has a shape of its own."""
        return self.characters.issuperset(text)


def load(folder: Path) -> list[Font]:
    """Find every font below a folder."""
    return [_font(path) for path in sorted(folder.rglob("*")) if path.suffix in {".ttf", ".otf"}]


def _font(path: Path) -> Font:
    with TTFont(path, lazy=True) as font:
        return Font(path, frozenset(map(chr, font.getBestCmap())))


class FontSource:
    """Phrases in a random font, turned and slanted a little."""

    def __init__(self, fonts: list[Font], phrases: Phrases) -> None:
        """Draw `phrases` with `fonts`."""
        self._fonts = fonts
        self._phrases = phrases

    def draw(self, random: np.random.Generator) -> Sample:
        """Draw one phrase; one that the chosen font cannot spell is passed over."""
        while True:
            font = self._fonts[random.integers(len(self._fonts))]
            text = self._phrases.draw(random)
            if font.draws(text):
                ink = _tilted(write(text, font.path), random)
                return Sample.of(fit(Patch(ink, 0, ink.shape[1])), text)


def write(text: str, path: Path) -> Pixels:
    """Draw a text with a font: (height, width), 255 is ink, cut to the ink."""
    font = _typeface(path)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    picture = Image.new("L", (max(1, right - left) + 40, max(1, bottom - top) + 40))
    ImageDraw.Draw(picture).text((20 - left, 20 - top), text, fill=255, font=font)
    return _cut(np.asarray(picture))


@cache
def _typeface(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), _SIZE)


def _tilted(ink: Pixels, random: np.random.Generator) -> Pixels:
    height, width = ink.shape
    slant, turn = random.normal(0, 0.15), np.radians(random.normal(0, 1.0))
    stretch = np.exp(random.normal(0, 0.1))
    pad = int(abs(slant) * height + abs(turn) * width) + 4
    move = np.array(
        [[stretch, -slant, pad + max(0.0, slant) * height], [turn, 1, pad + max(0.0, -turn) * width]]
    )
    size = (int(width * stretch) + 2 * pad + int(abs(slant) * height), height + 2 * pad)
    return _cut(cv2.warpAffine(ink, move, size).astype(np.uint8))


def _cut(ink: Pixels) -> Pixels:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 60), np.flatnonzero(ink.max(axis=0) > 60)
    if not len(rows):
        return np.full((4, 4), 255, dtype=np.uint8)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
