"""What users of a site corrected or confirmed, as `manage.py export_corrections` writes it, to train on."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crnn.alphabet import Alphabet
from training import ink_store, sets
from training.items import Items
from training.mixture import InkSource, StripSource
from training.samples import Sample, Source

TRAINED_ON = "train"


@dataclass(frozen=True)
class Corrections:
    """Draws from the ink and the pictures of one export, each reading as often as any other."""

    export: str
    """The export's id, by which a site knows whose readings these are."""
    sources: tuple[Source, ...]
    sizes: tuple[int, ...]

    def draw(self, random: np.random.Generator) -> Sample:
        """Draw one reading."""
        ends = np.cumsum(self.sizes)
        chosen = np.searchsorted(ends, random.integers(ends[-1]), side="right")
        return self.sources[int(chosen)].draw(random)


def load(folder: Path) -> Corrections:
    """Load what an export has to train on; SystemExit where there is none.

    Nothing is cached: who deletes the folder has deleted what was in it.
    """
    try:
        export = str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["export"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SystemExit(f"{folder}: not an export of corrections") from error
    ink, pictures = _ink(folder / TRAINED_ON / "ink.jsonl.gz"), _pictures(folder / TRAINED_ON / "pictures")
    found = [(source, size) for source, size in (ink, pictures) if size]
    if not found:
        raise SystemExit(f"{folder}: there is nothing in it to train on")
    return Corrections(export, tuple(source for source, _ in found), tuple(size for _, size in found))


def _ink(path: Path) -> tuple[Source, int]:
    if not path.exists():
        return StripSource([]), 0
    store = ink_store.parse(path)
    return InkSource(store, Items(range(len(store)))), len(store)


def _pictures(folder: Path) -> tuple[Source, int]:
    """What can be spelled and has something to read in it."""
    if not (folder / "labels.tsv").exists():
        return StripSource([]), 0
    alphabet = Alphabet()
    spelled = ((item.strip, alphabet.spell(item.text)) for item in sets.items(folder))
    samples = [Sample.of(strip, text) for strip, text in spelled if strip and text and alphabet.covers(text)]
    return StripSource(samples), len(samples)
