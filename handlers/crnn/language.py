"""What people are likely to write: character n-grams of several languages, mixed as the text goes on.

There is no lexicon: every character has some probability everywhere, and two of the languages are those of
codes and of letters in any order. A text may pass from one to another at any character, so that a strange
word costs little more than the passage. How the languages are learnt is the affair of `training.language`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from crnn.alphabet import Alphabet

Probabilities = npt.NDArray[np.float64]
"""(classes,): how likely each class comes next; the blank never does."""

QUANTUM = 1 / 24
"""Logarithms of shares are stored as multiples of this, from 0 down to -255."""
_CACHED = 10_000
"""Contexts whose probabilities are kept, a language."""
_REMEMBERED = 7
"""Characters that a place knows of what came before."""
_SWITCH, _SWITCH_AT_SPACE = 0.01, 0.2
"""How likely a text passes to any language at a character, and at a new word."""
PARTS = ("counts", "labels", "shares")
_CAPITALS = {"first": 0.2, "word": 0.2, "lower": 0.003, "upper": 0.2, "capitals": 0.97}
"""How likely a letter is a capital: the first of a text, of a word, after a small one, after one, after more.

Counted in UNIPEN's training words, rounded.
"""
_STATES = tuple(_CAPITALS)


class Language:
    """One model of n-grams over classes, interpolated from no context to the longest."""

    def __init__(self, classes: int, levels: Sequence["Level"]) -> None:
        """Take the levels by the length of their contexts, from none on."""
        self._levels = levels
        self._anything = np.full(classes, 1 / (classes - 1))
        self._anything[0] = 0
        self._known: dict[bytes, Probabilities] = {}

    def probabilities(self, before: bytes) -> Probabilities:
        """What comes after `before`, classes as bytes; the array is shared and must not be written to."""
        return self._after(before[max(0, len(before) - len(self._levels) + 1) :])

    def _after(self, context: bytes) -> Probabilities:
        known = self._known.get(context)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            shorter = self._after(context[1:]) if context else self._anything
            known = self._known[context] = self._levels[len(context)].sharpen(context, shorter)
        return known


class Level:
    """The n-grams with contexts of one length: for each the classes seen after it and their shares."""

    def __init__(
        self,
        contexts: npt.NDArray[np.uint64],
        counts: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.uint8],
        shares: npt.NDArray[np.uint8],
    ) -> None:
        """Take (contexts,), ascending, each the bytes of one number, and how many classes were seen after
        each; these classes end to end; minus the logarithms of their shares in QUANTUM.
        """
        ends = np.cumsum(counts, dtype=np.int64)
        self._pieces = dict(
            zip(contexts.tolist(), zip((ends - counts).tolist(), ends.tolist(), strict=True), strict=True)
        )
        self._labels = labels.astype(np.intp)
        self._shares = np.exp(shares * -QUANTUM)

    def sharpen(self, context: bytes, shorter: Probabilities) -> Probabilities:
        """What comes after a context, by what comes after the shorter one: that, where it was never seen."""
        piece = self._pieces.get(int.from_bytes(context, "big"))
        if piece is None:
            return shorter
        shares = self._shares[slice(*piece)]
        mixed = shorter * max(1e-4, 1 - float(shares.sum()))
        mixed[self._labels[slice(*piece)]] += shares
        return mixed


class Languages:
    """Several languages at once; those of words know no case, which is a matter of its own."""

    def __init__(self, alphabet: Alphabet, languages: Mapping[str, Language], folded: Sequence[str]) -> None:
        """Mix `languages`; those named in `folded` were learnt from small letters."""
        self._alphabet = alphabet
        self._languages = tuple(languages.values())
        self._folded = tuple(name in folded for name in languages)
        self._prior = np.full(len(languages), 1 / len(languages))
        self._small = small_letters(alphabet)
        self._case = {state: _cases(alphabet, share) for state, share in _CAPITALS.items()}
        self._space = alphabet.encode(" ")[0]
        self._known: dict[tuple[bytes, str], npt.NDArray[np.float64]] = {}

    def start(self) -> "Place":
        """Stand before the first character of a text."""
        before = bytes([self._space])
        return self._place(before, before, self._prior, "first")

    def next(self, place: "Place", label: int) -> "Place":
        """Go on by one character."""
        weights = place.weights * place.each[:, label]
        weights = weights / weights.sum()
        switch = _SWITCH_AT_SPACE if label == self._space else _SWITCH
        weights = (1 - switch) * weights + switch * self._prior
        exact = (place.exact + bytes([label]))[-_REMEMBERED:]
        small = (place.small + bytes([self._small[label]]))[-_REMEMBERED:]
        return self._place(exact, small, weights, self._state_after(place.state, label))

    def _place(self, exact: bytes, small: bytes, weights: npt.NDArray[np.float64], state: str) -> "Place":
        each = self._each(exact, small, state)
        return Place(exact, small, weights, state, each, np.asarray(weights @ each))

    def _each(self, exact: bytes, small: bytes, state: str) -> npt.NDArray[np.float64]:
        """What each language expects: (languages, classes)."""
        key = (exact, state)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            known = self._known[key] = np.stack(
                [
                    language.probabilities(small)[self._small] * self._case[state]
                    if folded
                    else language.probabilities(exact)
                    for language, folded in zip(self._languages, self._folded, strict=True)
                ]
            )
        return known

    def _state_after(self, state: str, label: int) -> str:
        character = self._alphabet.characters[label - 1]
        if not character.isalpha():
            return "word"
        if character.islower():
            return "lower"
        return "upper" if state in {"first", "word"} else "capitals" if state != "lower" else "lower"

    @property
    def space(self) -> int:
        """The class that ends words."""
        return self._space


class LanguageGuide:
    """Guides a beam: probabilities of languages to the power of `weight`, and `bonus` for each character."""

    def __init__(self, languages: Languages, weight: float, bonus: float) -> None:
        """Take a weight from 0 (languages say nothing) to 1, and the logarithm of the bonus."""
        self._languages = languages
        self._weight = weight
        self._bonus = float(np.exp(bonus))

    def start(self) -> "Place":
        """Stand before the first character."""
        return self._languages.start()

    def next(self, place: "Place", label: int) -> "Place":
        """Go on by one class."""
        return self._languages.next(place, label)

    def factors(self, place: "Place") -> Probabilities:
        """What each class makes of a text's probability: (classes,)."""
        return np.asarray(place.probabilities**self._weight * self._bonus)

    def end(self, place: "Place") -> float:
        """What the end of the text makes of it."""
        return float(place.probabilities[self._languages.space] ** self._weight)


@dataclass(frozen=True)
class Place:
    """Somewhere in a text: what came before, how likely each language is, and what comes next."""

    exact: bytes
    small: bytes
    weights: npt.NDArray[np.float64]
    state: str
    each: npt.NDArray[np.float64]
    """(languages, classes)."""
    probabilities: Probabilities


def small_letters(alphabet: Alphabet) -> npt.NDArray[np.uint8]:
    """For each class the class of its small letter: (classes,)."""
    small = [alphabet.encode(c.lower())[0] if c.lower() in alphabet else i for i, c in _numbered(alphabet)]
    return np.array([0, *small], dtype=np.uint8)


def _cases(alphabet: Alphabet, share: float) -> Probabilities:
    """How much of a folded letter's probability each class gets: (classes,)."""
    cased = [
        share if c.isupper() else 1 - share if c.upper() in alphabet and c.upper() != c else 1.0
        for _, c in _numbered(alphabet)
    ]
    return np.array([0.0, *cased])


def _numbered(alphabet: Alphabet) -> list[tuple[int, str]]:
    return list(enumerate(alphabet.characters, start=1))


def load(path: Path, alphabet: Alphabet) -> Languages:
    """Read what `training.language` saved; it can hold numbers only, no code."""
    with np.load(path, allow_pickle=False) as arrays:
        names = [str(name) for name in arrays["names"]]
        languages = {name: Language(len(alphabet), _levels(arrays, name)) for name in names}
        return Languages(alphabet, languages, [str(name) for name in arrays["folded"]])


def _levels(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> list[Level]:
    return [Level(*unpacked(arrays, f"{name}-{length}")) for length in range(int(arrays[f"{name}-order"]))]


def unpacked(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> list[npt.NDArray[Any]]:
    """What `Level` takes, from a file in which contexts are differences."""
    contexts = np.cumsum(arrays[f"{name}-contexts"], dtype=np.uint64)
    return [contexts, *(arrays[f"{name}-{part}"] for part in PARTS)]
