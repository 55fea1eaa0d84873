"""The recogniser: strips of ink in, readings out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from crnn import decode
from crnn.alphabet import BLANK
from crnn.checkpoint import Checkpoint
from crnn.network import STRIDE
from crnn.strip import HEIGHT, Strip

Decoder = Literal["best-path", "beam"]
DECODERS: tuple[Decoder, ...] = ("best-path", "beam")

_ALTERNATIVES = 5
_BEAM_WIDTHS: dict[Decoder, int] = {"best-path": 6, "beam": 16}
"""Beside the best path the beam only finds alternatives."""
_WIDTH_STEP = 32
_BATCH_COLUMNS = 8192


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


class Recogniser:
    """Reads strips with one network. A reading does not depend on what else is in its batch."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Take a network in evaluation mode."""
        self._network = checkpoint.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._alphabet = checkpoint.alphabet

    @classmethod
    def load(cls, path: Path) -> "Recogniser":
        """Load a checkpoint from a file."""
        return cls(Checkpoint.load(path))

    def read(self, strips: Sequence[Strip], decoder: Decoder = "beam") -> list[Reading]:
        """Read each strip."""
        return [
            self._reading(strip, steps, decoder)
            for strip, steps in zip(strips, self.log_probabilities(strips), strict=True)
        ]

    def log_probabilities(self, strips: Sequence[Strip]) -> list[decode.LogProbabilities]:
        """Ask the network: (steps, classes) for each strip; strips of like width go together."""
        answers: list[decode.LogProbabilities | None] = [None] * len(strips)
        for indices in _batches([strip.pixels.shape[1] for strip in strips]):
            with torch.inference_mode():
                answer = self._network(_stack([strips[index] for index in indices]))
            for place, index in enumerate(indices):
                answers[index] = answer[:, place].numpy()
        return [answer for answer in answers if answer is not None]

    def _reading(self, strip: Strip, steps: decode.LogProbabilities, decoder: Decoder) -> Reading:
        candidates = self._candidates(steps, decoder)
        best = candidates[0].classes
        alternatives = tuple(
            Alternative(self._alphabet.decode(candidate.classes), _probability(candidate))
            for candidate in candidates[1 : _ALTERNATIVES + 1]
        )
        text = self._alphabet.decode(best)
        return Reading(text, _probability(candidates[0]), alternatives, self._characters(strip, steps, best))

    def _candidates(self, steps: decode.LogProbabilities, decoder: Decoder) -> list[decode.Candidate]:
        """The likeliest texts, best first; ink always reads as something, so never nothing."""
        found = self._tidied(decode.prefix_beam(steps, _BEAM_WIDTHS[decoder]))
        if decoder == "best-path" or not found:
            path = self._tidy(decode.best_path(steps)) or self._clearest(steps)
            first = decode.Candidate(path, decode.log_likelihood(steps, path))
            return [first, *(candidate for candidate in found if candidate.classes != path)]
        return found

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
        self, strip: Strip, steps: decode.LogProbabilities, classes: decode.Classes
    ) -> tuple[Character, ...]:
        """Place the characters: neighbours meet halfway between the steps that they took."""
        spans = decode.align(steps, classes)
        meetings = [(one.last + two.first + 1) / 2 * STRIDE for one, two in pairwise(spans)]
        edges = [0.0, *meetings, float(strip.pixels.shape[1])]
        return tuple(
            Character(text, span.probability, strip.fraction(start), strip.fraction(end))
            for text, span, (start, end) in zip(
                self._alphabet.decode(classes), spans, pairwise(edges), strict=True
            )
        )


def _probability(candidate: decode.Candidate) -> float:
    return float(min(1.0, np.exp(candidate.log_probability)))


def _padded(width: int) -> int:
    return -(-width // _WIDTH_STEP) * _WIDTH_STEP


def _batches(widths: Sequence[int]) -> list[list[int]]:
    """Group indices by padded width, at most _BATCH_COLUMNS columns together."""
    groups: dict[int, list[int]] = defaultdict(list)
    for index, width in enumerate(widths):
        groups[_padded(width)].append(index)
    batches = []
    for width, indices in groups.items():
        size = max(1, _BATCH_COLUMNS // width)
        batches += [indices[start : start + size] for start in range(0, len(indices), size)]
    return batches


def _stack(strips: Sequence[Strip]) -> Tensor:
    """Lay strips on paper of their padded width: (batch, 1, height, width), 0 to 1."""
    width = _padded(max(strip.pixels.shape[1] for strip in strips))
    stacked = np.zeros((len(strips), 1, HEIGHT, width), dtype=np.float32)
    for index, strip in enumerate(strips):
        stacked[index, 0, :, : strip.pixels.shape[1]] = strip.pixels
    return torch.from_numpy(stacked / 255).contiguous(memory_format=torch.channels_last)
