"""Ink sets in memory: parsed once from JSON lines, kept as a few flat arrays, stored as one compact file."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crnn.alphabet import Alphabet
from crnn.ink import Points
from training import compact
from training.progress import tell

SUFFIX = ".ink"


@dataclass(frozen=True)
class InkStore:
    """Many items of ink, end to end."""

    points: npt.NDArray[np.int16]
    """(points, 2) of all strokes of all items."""
    stroke_ends: npt.NDArray[np.int64]
    """(strokes,): where each stroke ends in `points`."""
    item_ends: npt.NDArray[np.int64]
    """(items,): where each item ends in `stroke_ends`."""
    texts: npt.NDArray[np.str_]
    writers: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.item_ends)

    def strokes(self, index: int) -> list[Points]:
        """The strokes of one item, each (points, 2)."""
        first = int(self.item_ends[index - 1]) if index else 0
        ends = self.stroke_ends[first : int(self.item_ends[index])]
        start = int(self.stroke_ends[first - 1]) if first else 0
        piece = self.points[start : int(ends[-1])].astype(np.float32)
        return np.split(piece, (ends[:-1] - start).astype(np.intp))


def load(path: Path, cache: Path) -> InkStore:
    """Read a `.jsonl.gz` of ink: all the items in our alphabet."""
    return _read(compacted(path, cache))


def compacted(path: Path, cache: Path) -> Path:
    """Say where a `.jsonl.gz` of ink lies as `save` writes it: beside it, instead of it, or in the cache.

    Where it does not yet, it is written to the cache first.
    """
    beside = path.with_name(path.name.split(".")[0] + SUFFIX)
    if beside.exists():
        return beside
    stamp = f"{path.resolve()}:{path.stat().st_size}:{path.stat().st_mtime_ns}"
    cached = cache / f"{beside.stem}-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}{SUFFIX}"
    if not cached.exists():
        tell(f"Packing {path.name} into {cache}, once: minutes where the set is large.")
        save(parse(path), cached)
    return cached


def save(store: InkStore, path: Path) -> None:
    """Write a store to a compact file, without loss: points as differences, lengths instead of ends."""
    names, of_item = np.unique(store.writers, return_inverse=True)
    arrays = {
        "steps": np.diff(store.points, axis=0, prepend=np.zeros((1, 2), np.int16)),  # int16, going round
        "stroke_lengths": compact.smallest(np.diff(store.stroke_ends, prepend=0)),
        "item_lengths": compact.smallest(np.diff(store.item_ends, prepend=0)),
        "texts": store.texts,
        "writer_names": names,
        "writers": compact.smallest(of_item),
    }
    compact.write(path, arrays)


def _read(path: Path) -> InkStore:
    arrays = compact.read(path)
    return InkStore(
        np.cumsum(arrays["steps"], axis=0, dtype=np.int16),
        np.cumsum(arrays["stroke_lengths"], dtype=np.int64),
        np.cumsum(arrays["item_lengths"], dtype=np.int64),
        arrays["texts"],
        arrays["writer_names"][arrays["writers"]],
    )


def parse(path: Path) -> InkStore:
    """Read a `.jsonl.gz` of ink; texts come in our alphabet, items that it cannot spell are left out."""
    alphabet = Alphabet()
    points: list[npt.NDArray[np.int16]] = []
    stroke_lengths: list[int] = []
    item_lengths: list[int] = []
    texts: list[str] = []
    writers: list[str] = []
    for item in read_lines(path):
        text = alphabet.spell(item["text"].replace("\\\\", "\\"))  # UNIPEN writes a backslash as two
        if not text or not alphabet.covers(text):
            continue
        strokes = [np.array(stroke, dtype=np.int32)[:, :2] for stroke in item["strokes"] if stroke]
        points.extend(stroke.clip(-32768, 32767).astype(np.int16) for stroke in strokes)
        stroke_lengths.extend(len(stroke) for stroke in strokes)
        item_lengths.append(len(strokes))
        texts.append(text)
        writers.append(item["writer"])
    return InkStore(
        np.concatenate([np.zeros((0, 2), np.int16), *points]),
        np.cumsum(stroke_lengths, dtype=np.int64),
        np.cumsum(item_lengths, dtype=np.int64),
        np.array(texts, dtype=np.str_),
        np.array(writers, dtype=np.str_),
    )


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def held_out_writers(writers: npt.NDArray[np.str_]) -> set[str]:
    """Every fifteenth writer of a training set: to choose checkpoints by, never to train on."""
    return set(np.unique(writers)[::15].tolist())
