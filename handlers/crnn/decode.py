"""Decoding of CTC: from log probabilities of classes at each step to text, with confidences and places.

Everything takes log probabilities (steps, classes), class 0 the blank, and speaks in classes, not letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from crnn.alphabet import BLANK

LogProbabilities = npt.NDArray[np.float32]


def best_path(steps: LogProbabilities) -> list[int]:
    """Take the likeliest class of each step, merge repeats, drop blanks: [0, 3, 3, 0, 3] -> [3, 3]."""
    return merge(steps.argmax(axis=1).tolist())


def merge(path: Sequence[int]) -> list[int]:
    """Merge repeats, then drop blanks: [0, 3, 3, 0, 3] -> [3, 3]."""
    return [label for label, _ in groupby(path) if label != BLANK]


@dataclass(frozen=True)
class Candidate:
    """A text as classes, and the natural logarithm of its probability, all its paths added up."""

    classes: tuple[int, ...]
    log_probability: float
