"""The recogniser: strips of ink in, readings out."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import numpy as np

from crnn.decode import LogProbabilities
from crnn.engine import Engine, Strips
from crnn.reader import Decoder, Reader, Reading
from crnn.strip import Shown, Strip, lay, padded

_WIDTH_STEP = 32
_BATCH_COLUMNS = 8192
_LOOKS = (1.14, 0.8, 1.3)
"""How much wider ink is made that is looked at again; those that say most come first."""


class Recogniser:
    """Reads strips with one network. A reading does not depend on what else is in its batch."""

    def __init__(self, engine: Engine, reader: Reader) -> None:
        self._engine = engine
        self._reader = reader

    @property
    def engine(self) -> str:
        """The name of what computes: `onnx` or `torch`."""
        return self._engine.name

    def read(self, strips: Sequence[Strip], decoder: Decoder = "beam") -> list[Reading]:
        """Read each strip; what is in doubt is looked at again, wider and narrower."""
        return [
            self._reader.read(strip, steps, decoder, partial(self.look_again, strip))
            for strip, steps in zip(strips, self.log_probabilities(strips), strict=True)
        ]

    def look_again(self, strip: Strip, looks: int) -> list[LogProbabilities]:
        """Ask the network how the same ink reads when it is wider or narrower: each (steps, classes)."""
        return self.log_probabilities([strip.stretched(factor) for factor in _LOOKS[:looks]])

    def log_probabilities(self, strips: Sequence[Shown]) -> list[LogProbabilities]:
        """Ask the network: (steps, classes) for each strip; strips of like width go together."""
        answers: dict[int, LogProbabilities] = {}
        columns = _BATCH_COLUMNS if self._engine.together else 0
        for indices in _batches([strip.pixels.shape[1] for strip in strips], columns):
            answer = self._engine(stack([strips[index] for index in indices], self._engine.planes))
            answers |= {index: answer[:, place] for place, index in enumerate(indices)}
        return [answers[index] for index in range(len(strips))]


def _batches(widths: Sequence[int], columns: int) -> list[list[int]]:
    """Group indices by padded width, one or more to about `columns` columns."""
    groups: dict[int, list[int]] = defaultdict(list)
    for index, width in enumerate(widths):
        groups[padded(width, _WIDTH_STEP)].append(index)
    batches = []
    for width, indices in groups.items():
        size = max(1, columns // width)
        batches += [indices[start : start + size] for start in range(0, len(indices), size)]
    return batches


def stack(strips: Sequence[Shown], planes: int) -> Strips:
    """Lay strips on paper of their padded width: (batch, planes, height, width), -1 to 1."""
    return np.divide(lay(strips, planes, _WIDTH_STEP), 255, dtype=np.float32)
