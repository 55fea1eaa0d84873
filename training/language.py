"""Learns the languages that the settled reading expects: `python -m training.language DATA FILE`.

Character n-grams with interpolated Kneser-Ney smoothing after Chen and Goodman, "An Empirical Study of
Smoothing Techniques for Language Modeling" (1998), one discount a length; rare long n-grams are left out.
Nothing is known before the space that begins a text, nor before one after a strange word, so what begins
with a space counts as what begins with <s> does in Heafield et al., "Scalable Modified Kneser-Ney Language
Model Estimation" (2013).
"""

import argparse
import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from crnn.alphabet import Alphabet
from crnn.language import PARTS, QUANTUM, small_letters
from training import copiste, phrases

ORDERS = {"english": 7, "french": 6, "codes": 4, "letters": 2}
_FOLDED = ("english", "french", "letters")
_ALWAYS_KEPT = 4
"""n-grams up to this length stay, however rare."""
_BETWEEN = 255
"""Stands between two texts."""
_CODES = 60_000
_LETTERS = list(string.ascii_lowercase)
_ENDINGS = {"": 0.4, ".": 0.42, ",": 0.1, "?": 0.04, "!": 0.04}
"""How a gloss is ended, and how often: in the source none is, and none has a full stop."""

Text = npt.NDArray[np.uint8]
"""Texts as classes, each with a space before and after, _BETWEEN before each."""
Keys = npt.NDArray[np.uint64]
"""n-grams of one length, ascending, the classes of each as the bytes of one number."""
Counted = tuple[Keys, npt.NDArray[np.int64]]
"""n-grams and how much each counts."""


@dataclass(frozen=True)
class Grams:
    """What `crnn.language.Level` takes."""

    contexts: npt.NDArray[np.uint64]
    counts: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    shares: npt.NDArray[np.uint8]


def joined(texts: Iterable[str], alphabet: Alphabet) -> Text:
    """Bring texts to one row of classes."""
    rows = [bytes([_BETWEEN, *alphabet.encode(f" {text} ")]) for text in texts]
    return np.frombuffer(b"".join(rows), dtype=np.uint8)


def learn(text: Text, order: int) -> list[Grams]:
    """Estimate the levels for contexts of no class up to `order` - 1 of them."""
    found, counts = _count(text, order)
    levels = [_level(found, counts, order)]
    for length in range(order - 1, 0, -1):
        found, counts = _adjusted(text, length, longer=found)
        levels.append(_level(found, counts, length))
    return levels[::-1]


def _count(text: Text, length: int) -> Counted:
    keys = np.zeros(max(0, len(text) - length + 1), dtype=np.uint64)
    whole = np.ones(len(keys), dtype=np.bool_)
    for offset in range(length):
        piece = text[offset : offset + len(keys)]
        keys = (keys << np.uint64(8)) | piece
        whole &= piece != _BETWEEN
    return np.unique(keys[whole], return_counts=True)


def _adjusted(text: Text, length: int, longer: Keys) -> Counted:
    """Count n-grams that begin with a space by how often they stand there, others by how many classes stand
    before them, in the n-grams one class `longer`.

    A space alone begins nothing: it is mostly the end of a word.
    """
    found, counts = _count(text, length)
    tails, befores = np.unique(longer & np.uint64((1 << 8 * length) - 1), return_counts=True)
    if length == 1:
        return tails, befores
    space = text[1]
    counts[_first(found, length) != space] = befores[_first(tails, length) != space]
    return found, counts


def _first(keys: Keys, length: int) -> Keys:
    return keys >> np.uint64(8 * (length - 1))


def _level(found: Keys, counts: npt.NDArray[np.int64], length: int) -> Grams:
    contexts = found >> np.uint64(8)
    _, starts, sizes = np.unique(contexts, return_index=True, return_counts=True)
    totals = np.repeat(np.add.reduceat(counts, starts), sizes)
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    discount = once / max(1, once + 2 * twice)
    shares = np.maximum(counts - discount, 1e-3) / totals
    kept = (counts > 1) | (length <= _ALWAYS_KEPT)
    names, sizes = np.unique(contexts[kept], return_counts=True)
    quanta = np.clip(np.ceil(-np.log(shares[kept]) / QUANTUM), 0, 255).astype(np.uint8)
    return Grams(names, sizes.astype(np.uint8), (found[kept] & np.uint64(255)).astype(np.uint8), quanta)


def save(languages: dict[str, list[Grams]], path: Path) -> None:
    """Write languages to one file for `crnn.language.load`."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "names": np.array(list(languages)),
        "folded": np.array(_FOLDED),
    }
    for name, levels in languages.items():
        arrays[f"{name}-order"] = np.array(len(levels))
        for length, level in enumerate(levels):
            arrays[f"{name}-{length}-contexts"] = np.diff(level.contexts, prepend=np.uint64(0))
            for part in PARTS:
                arrays[f"{name}-{length}-{part}"] = getattr(level, part)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def texts(data: Path, seed: int = 1) -> dict[str, list[str]]:
    """The texts of each language: WordNet's glosses, SCOWL's words, Copiste's lines, made-up ones."""
    pages = copiste.texts(data / "copiste")
    reported = copiste.held_out_copies({copy for copy, _ in pages})
    french = [text for copy, text in pages if copy not in reported]
    supply = phrases.load(data / "text", french)
    random = np.random.default_rng(seed)
    codes = [supply.anything(random) for _ in range(_CODES)]
    letters = ["".join(random.choice(_LETTERS, random.integers(2, 12))) for _ in range(_CODES)]
    endings = random.choice(list(_ENDINGS), len(supply.sentences), p=list(_ENDINGS.values()))
    english = [*map("".join, zip(supply.sentences, endings, strict=True)), *supply.words]
    return {"english": english, "french": french, "codes": codes, "letters": letters}


def build(data: Path, path: Path) -> None:
    """Learn every language from a data folder and save them."""
    alphabet = Alphabet()
    learnt = {}
    for name, lines in texts(data).items():
        text = joined(lines, alphabet)
        learnt[name] = learn(_small(text, alphabet) if name in _FOLDED else text, ORDERS[name])
    save(learnt, path)


def _small(text: Text, alphabet: Alphabet) -> Text:
    table = np.arange(256, dtype=np.uint8)
    table[: len(alphabet)] = small_letters(alphabet)
    return table[text]


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    build(arguments.data, arguments.file)


if __name__ == "__main__":
    main()
