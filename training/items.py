"""Some items of a set, to be drawn from."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class Items:
    """Items by their indices in a set, drawn alike or by weights."""

    def __init__(self, indices: Sequence[int], weights: npt.NDArray[np.float32] | None = None) -> None:
        """Draw from these; `weights` has one for each item of the whole set, 0 for never.

        ValueError where there are items and none of them is ever to be drawn.
        """
        self._indices = indices
        chances = np.ones(len(indices)) if weights is None else weights[list(indices)].astype(np.float64)
        if len(chances) and not chances.any():
            raise ValueError("every item has a weight of 0")
        self._ends = np.cumsum(chances)

    def draw(self, random: np.random.Generator) -> int:
        """Draw one index."""
        place = np.searchsorted(self._ends, random.random() * self._ends[-1], side="right")
        return self._indices[min(int(place), len(self._indices) - 1)]
