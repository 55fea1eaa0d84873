"""Decoding of CTC: from log probabilities of classes at each step to text, with confidences and places.

Everything takes log probabilities (steps, classes), class 0 the blank, and speaks in classes, not letters.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from crnn.alphabet import BLANK

LogProbabilities = npt.NDArray[np.float32]
Classes = tuple[int, ...]
Beams = dict[Classes, tuple[float, float]]
"""For each prefix the probability that it ends in a blank, and in its last class."""

_UNLIKELY = 1e-3
"""Classes less likely than this at a step do not extend a prefix there."""
_CHOICES = 12
"""Nor do more than so many: of what is no writing, where anything is likely, a beam would take long."""
_NEVER = -1e30


@dataclass(frozen=True)
class Candidate:
    """A text as classes, and the natural logarithm of its probability, all its paths added up."""

    classes: Classes
    log_probability: float


@dataclass(frozen=True)
class Span:
    """The steps that one character of a text took."""

    first: int
    last: int


def merge(path: Iterable[int]) -> list[int]:
    """Merge repeats, then drop blanks: [0, 3, 3, 0, 3] -> [3, 3]."""
    return [label for label, _ in groupby(path) if label != BLANK]


def best_path(steps: LogProbabilities) -> list[int]:
    """Take the likeliest class of each step, merge repeats, drop blanks."""
    return merge(steps.argmax(axis=1).tolist())


class Guide(Protocol):
    """What a reader expects: how much likelier a class makes a text, by what came before it."""

    def start(self) -> Any:
        """Stand before the first character."""
        ...

    def next(self, place: Any, label: int) -> Any:
        """Go on by one class."""
        ...

    def factors(self, place: Any) -> npt.NDArray[np.float64]:
        """What the probability of a text is multiplied with where it goes on: (classes,)."""
        ...

    def end(self, place: Any) -> float:
        """What it is multiplied with where it ends."""
        ...


def prefix_beam(
    steps: LogProbabilities, width: int = 16, guide: Guide | None = None, hopeless: float = 1e-5
) -> list[Candidate]:
    """Search for the likeliest texts, best first, at most `width`.

    Prefixes less likely than the share `hopeless` of the likeliest one are given up.

    After Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition using Bi-Directional
    Recurrent DNNs" (2014). Probabilities are rescaled at each step; those that a guide had a say in are
    scores, which add up to no 1.
    """
    beams: Beams = {(): (1.0, 0.0)}
    expected = _Expected(guide)
    log_scale = 0.0
    for probabilities in np.exp(steps.astype(np.float64)):
        beams = _extend(beams, probabilities, width, expected, hopeless)
        largest = max(sum(pair) for pair in beams.values())
        beams = {prefix: (blank / largest, label / largest) for prefix, (blank, label) in beams.items()}
        log_scale += float(np.log(largest))
    totals = {prefix: sum(pair) * expected.end(prefix) for prefix, pair in beams.items()}
    ranked = sorted(((total, prefix) for prefix, total in totals.items()), reverse=True)
    return [Candidate(prefix, log_scale + float(np.log(max(total, 1e-300)))) for total, prefix in ranked]


class _Expected:
    """A guide's places, found once for each prefix."""

    def __init__(self, guide: Guide | None) -> None:
        self._guide = guide
        self._places: dict[Classes, Any] = {}
        self._factors: dict[Classes, list[float]] = {}

    def factors(self, prefix: Classes) -> list[float] | None:
        if self._guide is None:
            return None
        known = self._factors.get(prefix)
        if known is None:
            known = self._factors[prefix] = self._guide.factors(self._place(prefix)).tolist()
        return known

    def _place(self, prefix: Classes) -> Any:
        place = self._places.get(prefix)
        if place is None and self._guide is not None:
            place = self._guide.next(self._place(prefix[:-1]), prefix[-1]) if prefix else self._guide.start()
            self._places[prefix] = place
        return place

    def end(self, prefix: Classes) -> float:
        return 1.0 if self._guide is None else self._guide.end(self._place(prefix))


def _extend(
    beams: Beams,
    probabilities: npt.NDArray[np.float64],
    width: int,
    expected: _Expected,
    hopeless: float,
) -> Beams:
    """One step: each prefix's probability of ending in a blank and in its last class."""
    blank_probability = float(probabilities[BLANK])
    labels = _likely(probabilities)
    if not labels:  # nothing new can come up: most steps lie within a character or between two
        return {
            prefix: (
                (blank + label) * blank_probability,
                label * float(probabilities[prefix[-1] if prefix else BLANK]),
            )
            for prefix, (blank, label) in beams.items()
        }
    blanks: dict[Classes, float] = {}
    ends: dict[Classes, float] = {}
    for prefix, (blank, label) in beams.items():
        last = prefix[-1] if prefix else BLANK
        blanks[prefix] = blanks.get(prefix, 0.0) + (blank + label) * blank_probability
        if prefix:
            ends[prefix] = ends.get(prefix, 0.0) + label * float(probabilities[last])
        factors = expected.factors(prefix)
        for extension, probability in labels:
            before = blank if extension == last else blank + label
            longer = (*prefix, extension)
            factor = probability if factors is None else probability * factors[extension]
            ends[longer] = ends.get(longer, 0.0) + before * factor
    pairs = {prefix: (blanks.get(prefix, 0.0), ends.get(prefix, 0.0)) for prefix in blanks | ends}
    kept = sorted(pairs, key=lambda prefix: -sum(pairs[prefix]))[:width]
    least = hopeless * sum(pairs[kept[0]])
    return {prefix: pairs[prefix] for prefix in kept if sum(pairs[prefix]) > least} or {(): (1e-300, 0.0)}


def _likely(probabilities: npt.NDArray[np.float64]) -> list[tuple[int, float]]:
    """The classes, but for the blank, that may come next, and their probabilities."""
    likely = np.flatnonzero(probabilities > _UNLIKELY)
    likely = likely[likely != BLANK]
    if len(likely) > _CHOICES:
        likely = likely[np.argpartition(probabilities[likely], -_CHOICES)[-_CHOICES:]]
    return [(int(label), float(probabilities[label])) for label in likely]


def log_likelihoods(steps: LogProbabilities, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float64]:
    """Logarithms of the probability of exactly each text, all its paths added up: (texts,).

    CTC's forward algorithm: Graves et al., "Connectionist Temporal Classification" (2006), section 4.1.
    """
    lengths = np.array([2 * len(text) + 1 for text in texts])
    states = np.full((len(texts), lengths.max()), BLANK, dtype=np.intp)
    skips = np.full(states.shape, _NEVER)
    for row, text in enumerate(texts):
        own, may_skip = _trellis(text)
        states[row, : len(own)] = own
        skips[row, : len(own)][may_skip] = 0.0
    # Two columns that no path enters stand before the first state, so that each has two before it.
    alpha = np.full((len(texts), 2 + lengths.max()), _NEVER)
    alpha[:, 2:4] = steps[0, states[:, :2]]
    for step in steps[1:].astype(np.float64):
        moved = np.logaddexp(alpha[:, 2:], alpha[:, 1:-1])
        alpha[:, 2:] = np.logaddexp(moved, alpha[:, :-2] + skips) + step[states]
    rows = np.arange(len(texts))
    return np.asarray(np.logaddexp(alpha[rows, lengths + 1], alpha[rows, lengths]))


def expectation(guide: Guide, classes: Sequence[int]) -> float:
    """Logarithm of what a guide makes of a text's probability."""
    place, total = guide.start(), 0.0
    for label in classes:
        total += float(np.log(guide.factors(place)[label]))
        place = guide.next(place, label)
    return total + float(np.log(guide.end(place)))


def align(steps: LogProbabilities, classes: Sequence[int]) -> list[Span]:
    """Say which steps each character of a text took on its likeliest path (Viterbi over CTC's trellis)."""
    if not classes:
        return []
    states, may_skip = _trellis(classes)
    path = _viterbi(steps, states, may_skip)
    spans = []
    for index in range(len(classes)):
        taken = np.flatnonzero(path == 2 * index + 1)
        if not len(taken):
            taken = np.array([min(index * len(steps) // len(classes), len(steps) - 1)])
        spans.append(Span(int(taken[0]), int(taken[-1])))
    return spans


def _trellis(classes: Sequence[int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """CTC's states, a blank around each character, and which may be entered from two states before."""
    states = np.full(2 * len(classes) + 1, BLANK, dtype=np.intp)
    states[1::2] = classes
    may_skip = np.zeros(len(states), dtype=np.bool_)
    may_skip[2:] = (states[2:] != BLANK) & (states[2:] != states[:-2])
    return states, may_skip


def _viterbi(
    steps: LogProbabilities, states: npt.NDArray[np.intp], may_skip: npt.NDArray[np.bool_]
) -> npt.NDArray[np.intp]:
    """The state at each step of the likeliest path: (steps,)."""
    skips = np.where(may_skip, 0.0, _NEVER)
    # Two states that no path enters stand before the first, so that each has two before it.
    score = np.full(2 + len(states), _NEVER)
    score[2:4] = steps[0, states[:2]]
    came = np.zeros((len(steps), len(states)), dtype=np.intp)
    for index, answer in enumerate(steps[1:, states].astype(np.float64), start=1):
        stayed, moved, skipped = score[2:], score[1:-1], score[:-2] + skips
        best = np.maximum(stayed, moved)
        came[index] = np.where(skipped > best, 2, moved > stayed)
        score[2:] = np.maximum(skipped, best) + answer
    path = np.zeros(len(steps), dtype=np.intp)
    path[-1] = len(states) - (1 if score[-1] >= score[-2] else 2)
    for index in range(len(steps) - 1, 0, -1):
        path[index - 1] = path[index] - came[index, path[index]]
    return path
