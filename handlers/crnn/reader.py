"""From the network's answer for one strip to a reading: texts, confidences, places of characters."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from crnn import decode
from crnn.alphabet import BLANK, Alphabet
from crnn.language import LanguageGuide, Languages
from crnn.strip import STRIDE, Strip

Decoder = Literal["best-path", "beam"]
DECODERS: tuple[Decoder, ...] = ("best-path", "beam")

_ALTERNATIVES = 5
_HEARD = 8
"""Candidates that are asked about single characters."""
_BEAM_WIDTHS: dict[Decoder, int] = {"best-path": 6, "beam": 12}
"""Beside the best path the beam only finds alternatives."""
_DOUBTFUL = 0.7
"""Ink of whose reading less is believed is looked at again."""
_LOOKS: dict[Decoder, int] = {"best-path": 2, "beam": 3}
"""How often it is; a live reading has little time."""
_IMPOSSIBLE = -1e4
"""Logarithm of the least probability: one look in which a text has no room does not rule it out."""

LookAgain = Callable[[int], Sequence[decode.LogProbabilities]]
"""Gives the network's answers for so many other looks at the same ink, each (steps, classes)."""
Find = Callable[[decode.LogProbabilities], list[decode.Candidate]]
"""Gives the likeliest texts at one look, best first."""


@dataclass(frozen=True)
class Alternative:
    """Another text that the ink may be, and its probability."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Character:
    """One character of a reading, its probability, and its place in fractions of the source's width."""

    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True)
class Reading:
    """What was read; confidences are probabilities, alternatives stand best first."""

    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    characters: tuple[Character, ...]


@dataclass(frozen=True)
class Calibration:
    """From what is believed of a text to how often it is right then: a line through log odds and length.

    After Platt, "Probabilistic Outputs for Support Vector Machines" (1999).
    """

    slope: float = 1.0
    length: float = 0.0
    """How much the logarithm of the length counts: there is more in a line than a beam can doubt."""
    shift: float = 0.0

    def confidence(self, belief: float, characters: int) -> float:
        """The probability that a text of so many characters is right of which so much is believed."""
        odds = np.array([self.slope, self.length, self.shift]) @ features(belief, characters)
        return float(1 / (1 + np.exp(-odds)))


@dataclass(frozen=True)
class Habits:
    """How a model's answers are read; found on held-out writers, and carried beside the weights."""

    weight: float = 0.0
    """Power to which the languages' probability of a text counts."""
    bonus: float = 0.0
    """Logarithm of what each character adds to a score, against the languages' taste for short texts."""
    calibrations: Mapping[Decoder, Calibration] = field(
        default_factory=lambda: {decoder: Calibration() for decoder in DECODERS}
    )
    weights_sha256: str = ""
    """The file of the weights that they were found for; the oldest do not say."""

    def save(self, path: Path) -> None:
        """Write JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Habits":
        """Read what `save` wrote."""
        content = json.loads(path.read_text())
        calibrations = {name: Calibration(**each) for name, each in content.pop("calibrations").items()}
        return cls(**content, calibrations=calibrations)


def features(belief: float, characters: int) -> npt.NDArray[np.float64]:
    """What a calibration weighs: log odds within ±14, the logarithm of the length, and 1."""
    held = min(max(belief, 1e-6), 1 - 1e-6)
    return np.array([np.log(held / (1 - held)), np.log(max(1, characters)), 1.0])


class Reader:
    """Makes readings of log probabilities; without languages the beam is guided by the network alone."""

    def __init__(
        self, alphabet: Alphabet, habits: Habits | None = None, languages: Languages | None = None
    ) -> None:
        self._alphabet = alphabet
        self._habits = habits or Habits()
        self._guide = LanguageGuide(languages, self._habits.weight, self._habits.bonus) if languages else None

    def read(
        self,
        strip: Strip,
        steps: decode.LogProbabilities,
        decoder: Decoder,
        look_again: LookAgain | None = None,
    ) -> Reading:
        """Read one strip by the network's answer for it, (steps, classes)."""
        candidates, beliefs = self.search(steps, decoder, look_again)
        calibration = self._habits.calibrations[decoder]
        confidence, *others = (
            calibration.confidence(belief, len(candidate.classes))
            for candidate, belief in zip(candidates[: _ALTERNATIVES + 1], beliefs, strict=False)
        )
        left = _within(others, confidence)
        alternatives = tuple(
            Alternative(self.spelled(candidate), share)
            for candidate, share in zip(candidates[1:], left, strict=False)
        )
        doubts = (1 - confidence) * _disagreement([each.classes for each in candidates], beliefs)
        characters = self._characters(strip, steps, candidates[0].classes, doubts)
        return Reading(self.spelled(candidates[0]), confidence, alternatives, characters)

    def spelled(self, candidate: decode.Candidate) -> str:
        """A candidate's text."""
        return self._alphabet.decode(candidate.classes)

    def search(
        self, steps: decode.LogProbabilities, decoder: Decoder, look_again: LookAgain | None = None
    ) -> tuple[list[decode.Candidate], list[float]]:
        """The likeliest texts, best first, and what is believed of each, not calibrated.

        Ink always reads as something, so there is always one. What is in doubt is looked at again.
        """
        guide, find = (None, self._paths) if decoder == "best-path" else (self._guide, self._beam)
        found = find(steps)
        beliefs = _shares(found, guide)
        if look_again and (not found or beliefs[0] < _DOUBTFUL):
            found = _agreed(found, [steps, *look_again(_LOOKS[decoder])], find, guide)
            beliefs = _shares(found, guide)
        if not found:
            found = [self._path(steps)]
            beliefs = _beliefs(found)
        return found, beliefs

    def _beam(self, steps: decode.LogProbabilities) -> list[decode.Candidate]:
        return self._tidied(decode.prefix_beam(steps, _BEAM_WIDTHS["beam"], self._guide))

    def _paths(self, steps: decode.LogProbabilities) -> list[decode.Candidate]:
        """The best path's text, and what else is likely."""
        path = self._path(steps)
        others = self._tidied(decode.prefix_beam(steps, _BEAM_WIDTHS["best-path"]))
        return [path, *(candidate for candidate in others if candidate.classes != path.classes)]

    def _path(self, steps: decode.LogProbabilities) -> decode.Candidate:
        classes = self._tidy(decode.best_path(steps)) or self._clearest(steps)
        [log_probability] = decode.log_likelihoods(steps, [classes])
        return decode.Candidate(classes, float(log_probability))

    def _tidied(self, candidates: Sequence[decode.Candidate]) -> list[decode.Candidate]:
        """Candidates without needless spaces; those that become the same text are one."""
        totals: dict[decode.Classes, float] = {}
        for candidate in candidates:
            classes = self._tidy(candidate.classes)
            if classes:
                totals[classes] = float(np.logaddexp(totals.get(classes, -np.inf), candidate.log_probability))
        ranked = sorted(totals, key=lambda classes: -totals[classes])
        return [decode.Candidate(classes, totals[classes]) for classes in ranked]

    def _tidy(self, classes: Sequence[int]) -> decode.Classes:
        """Drop spaces at the ends and after spaces."""
        return tuple(self._alphabet.encode(" ".join(self._alphabet.decode(classes).split())))

    def _clearest(self, steps: decode.LogProbabilities) -> decode.Classes:
        """The one character, neither blank nor space, that is likeliest anywhere."""
        likeliest = steps.max(axis=0)
        likeliest[[BLANK, *self._alphabet.encode(" ")]] = -np.inf
        return (int(likeliest.argmax()),)

    def _characters(
        self,
        strip: Strip,
        steps: decode.LogProbabilities,
        classes: decode.Classes,
        doubts: npt.NDArray[np.float64],
    ) -> tuple[Character, ...]:
        """Place the characters: neighbours meet halfway between the steps that they took."""
        spans = decode.align(steps, classes)
        meetings = [(one.last + two.first + 1) / 2 * STRIDE for one, two in pairwise(spans)]
        edges = [0.0, *meetings, float(strip.pixels.shape[1])]
        return tuple(
            Character(text, float(1 - doubt), strip.fraction(start), strip.fraction(end))
            for text, doubt, (start, end) in zip(
                self._alphabet.decode(classes), doubts, pairwise(edges), strict=True
            )
        )


def _agreed(
    found: Sequence[decode.Candidate],
    looks: Sequence[decode.LogProbabilities],
    find: Find,
    guide: decode.Guide | None,
) -> list[decode.Candidate]:
    """All that is found in any look, ranked by what all of them say, on average, and by languages.

    What the first look says was found already.
    """
    others = (each for look in looks[1:] for each in find(look))
    texts = list(dict.fromkeys(each.classes for each in (*found, *others)))
    if not texts:
        return []
    seen = [np.maximum(decode.log_likelihoods(look, texts), _IMPOSSIBLE) for look in looks]
    expected = [decode.expectation(guide, text) if guide else 0.0 for text in texts]
    scores = np.mean(seen, axis=0) + expected
    return [decode.Candidate(texts[index], float(scores[index])) for index in np.argsort(-scores)]


def _shares(found: Sequence[decode.Candidate], guide: decode.Guide | None) -> list[float]:
    """What is believed; a guided beam's scores are no probabilities, so it is the share of all of them."""
    shared = guide is not None and len(found) > 0
    total = float(np.logaddexp.reduce([each.log_probability for each in found])) if shared else 0.0
    return _beliefs(found, total)


def _beliefs(found: Sequence[decode.Candidate], total: float = 0.0) -> list[float]:
    """Probabilities of candidates, of a whole whose logarithm is `total`."""
    return [float(min(1.0, np.exp(each.log_probability - total))) for each in found]


def _disagreement(candidates: Sequence[decode.Classes], beliefs: Sequence[float]) -> npt.NDArray[np.float64]:
    """How much of what is not believed of the best text speaks against each of its characters: 0 to 1.

    Candidates that have the character at its place do not; what no candidate accounts for does.
    """
    best, *others = candidates
    against = np.full(len(best), max(0.0, 1 - sum(beliefs)))
    for other, belief in zip(others[:_HEARD], beliefs[1:], strict=False):
        differs = np.ones(len(best), dtype=np.bool_)
        for start, _, length in SequenceMatcher(None, best, other, autojunk=False).get_matching_blocks():
            differs[start : start + length] = False
        against += belief * differs
    return np.asarray(np.clip(against / max(1e-9, 1 - beliefs[0]), 0, 1))


def _within(confidences: Sequence[float], best: float) -> list[float]:
    """Confidences of alternatives: none above the best reading's, all together at most what it leaves."""
    capped = [min(confidence, best) for confidence in confidences]
    total = sum(capped)
    return [share * min(1.0, (1 - best) / total) for share in capped] if total > 0 else capped
