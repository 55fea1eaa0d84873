"""Copiste: scanned pages of French handwriting, cut into lines by their polygons."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from crnn.alphabet import Alphabet
from crnn.picture import crop, fit, strength
from crnn.strip import NothingToReadError, Strip
from training import strip_store
from training.samples import Pixels, Sample

PACKED = "lines.strips"
"""The finished strips of a packed folder, which then needs no pages."""
_MARGIN = 3


@dataclass(frozen=True)
class Line:
    """One written line: its place on a page and its text, in our alphabet."""

    image: str
    copy: int
    polygon: npt.NDArray[np.int32]
    text: str


def lines(folder: Path) -> Iterator[Line]:
    """Yield the lines that can be spelled; those with crossed-out words are left out."""
    alphabet = Alphabet()
    for page in map(json.loads, (folder / "pages.jsonl").read_text(encoding="utf-8").splitlines()):
        for line in page["lines"]:
            text = alphabet.spell(line["text"]).strip()
            if _usable(line, text) and alphabet.covers(text):
                polygon = np.rint(np.array(line["polygon"])).astype(np.int32)
                yield Line(page["image"], page["copy"], polygon, text)


def _usable(line: dict[str, Any], text: str) -> bool:
    return (
        bool(text)
        and not set("<>") & set(text)
        and "wikitexte" not in text.lower()
        and len(line["polygon"]) > 2
    )


def held_out_copies(copies: set[int]) -> set[int]:
    """Every tenth copy: never trained on."""
    return set(sorted(copies)[::10])


def cut(page: Pixels, line: Line) -> Pixels:
    """The line alone on white paper, what lies outside its polygon wiped: (height, width)."""
    left, top = np.maximum(line.polygon.min(axis=0) - _MARGIN, 0)
    right, bottom = line.polygon.max(axis=0) + _MARGIN
    piece = page[top:bottom, left:right]
    inside = np.zeros(piece.shape, np.uint8)
    cv2.fillPoly(inside, [line.polygon - [left, top]], 255)
    inside = cv2.dilate(inside, np.ones((2 * _MARGIN + 1,) * 2, np.uint8)).astype(np.uint8)
    paper = int(np.percentile(piece, 80))
    return np.where(inside > 0, piece, paper).astype(np.uint8)


def load(folder: Path) -> list[tuple[int, Sample]]:
    """Every usable line as the recogniser will see it, with the copy that it comes from."""
    if (folder / PACKED).exists():
        return strip_store.load(folder / PACKED)
    return [
        (line.copy, Sample.of(strip, line.text))
        for line, strip in prepare(folder, lines(folder))
        if strip is not None
    ]


def texts(folder: Path) -> list[tuple[int, str]]:
    """The text of every usable line, with its copy."""
    if (folder / PACKED).exists():
        return [(copy, sample.text) for copy, sample in strip_store.load(folder / PACKED)]
    return [(line.copy, line.text) for line in lines(folder)]


def prepare(folder: Path, chosen: Iterable[Line]) -> Iterator[tuple[Line, Strip | None]]:
    """Cut lines out of their pages as they are asked for; no strip where there is nothing to read."""
    image, page = "", np.zeros((0, 0), np.uint8)
    for line in chosen:
        if line.image != image:
            image, page = line.image, np.asarray(Image.open(folder / line.image).convert("L"))
        yield line, _strip(cut(page, line))


def _strip(piece: Pixels) -> Strip | None:
    try:
        return fit(crop(strength(piece)))
    except NothingToReadError:
        return None
