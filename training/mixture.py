"""The training mixture: sources drawn from by weight, varied, and grouped into batches of equal size."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from crnn import ink, trace
from crnn.alphabet import Alphabet
from crnn.strip import STRIDE, lay
from training.augment import random_pen, vary_ink, vary_strip
from training.ink_store import InkStore
from training.items import Items
from training.samples import Sample, Source

_POOL = 384
"""Samples in a pool, at least."""
_BATCHES_A_POOL = 16
_COLUMNS_A_SAMPLE = 200
"""About how wide a strip is."""
_WIDEST = 1750
"""Columns of a strip that a batch has room for."""


class InkSource:
    """The items of an ink set, each drawn anew with another pen and hand."""

    def __init__(self, store: InkStore, items: Items) -> None:
        """Draw from these items of the store."""
        self._store = store
        self._items = items

    def draw(self, random: np.random.Generator) -> Sample:
        """Draw one item."""
        index = self._items.draw(random)
        strokes = vary_ink(self._store.strokes(index), random)
        return Sample.of(ink.draw(strokes, random_pen(random)), str(self._store.texts[index]))


class StripSource:
    """Strips that were made beforehand, such as lines cut from pages."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        """Draw from these samples."""
        self._samples = samples

    def draw(self, random: np.random.Generator) -> Sample:
        """Draw one sample as it is."""
        return self._samples[int(random.integers(len(self._samples)))]


@dataclass(frozen=True)
class Batch:
    """Strips padded to one width, and their texts as classes, end to end."""

    strips: Tensor
    """(batch, planes, height, width), int16: the ink, 0 to 255, and the pen's trace, -255 to 255."""
    targets: Tensor
    target_lengths: Tensor
    widths: Tensor
    """(batch,): each strip's own width in pixels."""


class Mixture(Dataset[list[Batch]]):
    """An endless row of pools of batches; each pool depends on the seed and on its number alone."""

    def __init__(self, sources: Sequence[tuple[Source, float]], columns: int, seed: int) -> None:
        """Mix `sources` by their weights into batches of about `columns` columns."""
        self._sources = [source for source, _ in sources]
        weights = np.array([weight for _, weight in sources])
        self._chances = weights / weights.sum()
        self._columns = columns
        self._seed = seed

    def __getitem__(self, number: int) -> list[Batch]:
        """Draw one pool; its samples are sorted by width, so that a batch wastes little."""
        random = np.random.default_rng([self._seed, number])
        samples = sorted(
            (self._draw(random) for _ in range(self._pool)), key=lambda sample: sample.pixels.shape[1]
        )
        batches = list(_grouped(samples, self._columns))
        random.shuffle(batches)
        return [collate(batch) for batch in batches]

    @property
    def _pool(self) -> int:
        return max(_POOL, self._columns // _COLUMNS_A_SAMPLE * _BATCHES_A_POOL)

    def _draw(self, random: np.random.Generator) -> Sample:
        while True:
            sample = self._sources[random.choice(len(self._sources), p=self._chances)].draw(random)
            if _readable(sample):
                return vary_strip(sample, random)


def _readable(sample: Sample) -> bool:
    """CTC needs a step for each character, and one more between two alike."""
    text = sample.text
    repeats = sum(a == b for a, b in pairwise(text))
    width: int = sample.pixels.shape[1]
    return width <= _WIDEST and width // STRIDE >= len(text) + repeats


def _grouped(samples: Sequence[Sample], columns: int) -> Iterator[list[Sample]]:
    batch: list[Sample] = []
    for sample in samples:
        if batch and (len(batch) + 1) * sample.pixels.shape[1] > columns:
            yield batch
            batch = []
        batch.append(sample)
    yield batch


def pad(samples: Sequence[Sample]) -> Tensor:
    """Lay strips on paper of one width: (batch, planes, height, width), int16."""
    return torch.from_numpy(lay(samples, 1 + trace.PLANES, STRIDE))


def collate(samples: Sequence[Sample]) -> Batch:
    """Make a batch of samples."""
    alphabet = Alphabet()
    classes = [alphabet.encode(sample.text) for sample in samples]
    return Batch(
        pad(samples),
        torch.tensor([index for text in classes for index in text]),
        torch.tensor([len(text) for text in classes]),
        torch.tensor([sample.pixels.shape[1] for sample in samples]),
    )
