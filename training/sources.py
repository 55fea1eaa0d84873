"""Builds the sources named in a configuration from a data folder, the held-out writers set apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crnn import ink
from training import copiste, fonts, ink_store, phrases
from training.composed import ComposedSource
from training.ink_store import InkStore
from training.items import Items
from training.mixture import InkSource, StripSource
from training.photographs import PhotographSource
from training.samples import Sample, Source

NAMES = ("words", "lines", "characters", "composed", "fonts", "copiste", "photographs")
FOR_RESEARCH = ("iam-ondb",)
"""Sources whose licences allow research alone."""

Weigh = Callable[[InkStore, Path], npt.NDArray[np.float32]]
"""Says how often each item of a set is drawn, (items,); what that takes long to find lies in a cache."""

_LINE_ASPECT = 0.17
"""An item of `lines` this narrow or narrower for each character holds several written lines."""

_NO_PROSE = {"abm", "sie", "atu", "lav"}
"""Sites of UNIPEN whose writers wrote German words or random letters."""


@dataclass(frozen=True)
class HeldOut:
    """Items of writers that training does not see, to choose checkpoints by."""

    store: InkStore
    indices: Sequence[int]


def build(data: Path, cache: Path, weigh: Weigh | None = None) -> tuple[dict[str, Source], HeldOut]:
    """Give every source by name, and the held-out words; `weigh` says how often each word is drawn."""
    loaded, away = stores(data, cache)
    words, lines, characters = loaded["words"], loaded["lines"], loaded["characters"]
    pages = copiste.load(data / "copiste")
    reported = copiste.held_out_copies({copy for copy, _ in pages})
    seen = [sample for copy, sample in pages if copy not in reported]
    texts = phrases.load(data / "text", [sample.text for sample in seen])
    drawn = Items(_seen(words, away), weigh(words, cache) if weigh else None)
    one_line = [index for index in _seen(lines, away) if is_one_line(lines, index)]
    sources: dict[str, Source] = {
        "words": InkSource(words, drawn),
        "lines": InkSource(lines, Items(one_line)),
        "characters": InkSource(characters, Items(_seen(characters, away))),
        "composed": ComposedSource(characters, _seen(characters, away), texts),
        "fonts": fonts.FontSource(fonts.load(data / "fonts"), texts),
        "copiste": StripSource(seen),
        "photographs": PhotographSource(words, drawn),
    }
    return sources, _held_out(words)


def held_out_words(data: Path, cache: Path) -> HeldOut:
    """Give the held-out words alone."""
    return _held_out(ink_store.load(data / "unipen" / "words-train.jsonl.gz", cache))


def _held_out(store: InkStore) -> HeldOut:
    return HeldOut(store, of_writers(store, ink_store.held_out_writers(store.writers)))


def benchmark(data: Path, cache: Path) -> tuple[dict[str, Source], HeldOut]:
    """Give the lines of IAM-OnDB, whose licence allows research alone: never for a model that is shipped."""
    lines = ink_store.load(data / "iam-ondb" / "lines-train.jsonl.gz", cache)
    away = ink_store.held_out_writers(lines.writers)
    return {"iam-ondb": InkSource(lines, Items(_seen(lines, away)))}, _held_out(lines)


def stores(data: Path, cache: Path) -> tuple[dict[str, InkStore], set[str]]:
    """UNIPEN's training sets by kind, and the writers that are held out of all of them."""
    loaded = {
        kind: ink_store.load(data / "unipen" / f"{kind}-train.jsonl.gz", cache)
        for kind in ("words", "lines", "characters")
    }
    return loaded, set().union(*(ink_store.held_out_writers(store.writers) for store in loaded.values()))


def is_prose(store: InkStore, index: int) -> bool:
    """Tell whether an item is one line in a language that ours knows: not German, no row of letters."""
    site = str(store.writers[index]).removeprefix("unipen-")[:3]
    return site not in _NO_PROSE and is_one_line(store, index)


def of_writers(store: InkStore, writers: set[str]) -> list[int]:
    """The items that any of these wrote."""
    return np.flatnonzero(np.isin(store.writers, sorted(writers))).tolist()


def samples(store: InkStore, indices: Sequence[int]) -> list[Sample]:
    """Items as they were written, drawn as in serving."""
    return [Sample.of(ink.draw(store.strokes(index)), str(store.texts[index])) for index in indices]


def _seen(store: InkStore, away: set[str]) -> list[int]:
    return np.flatnonzero(~np.isin(store.writers, sorted(away))).tolist()


def is_one_line(store: InkStore, index: int) -> bool:
    """Tell a line from several, written below each other."""
    width, height = np.ptp(np.concatenate(store.strokes(index)), axis=0)
    return bool(width > _LINE_ASPECT * len(str(store.texts[index])) * max(height, 1))
