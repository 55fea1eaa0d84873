"""How far a score may be chance: intervals from resampling, the percentile bootstrap of Efron.

What one writer wrote is alike, so whole writers are drawn, with replacement, not items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_ROUNDS = 1000
_PERCENTILES = (2.5, 97.5)

Sums = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """A score over a set: the sum of the items' parts over the sum of their wholes, (items,) each."""

    parts: npt.NDArray[np.number | np.bool_]
    wholes: npt.NDArray[np.number]


@dataclass(frozen=True)
class Estimate:
    """A score and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def groups(writers: Sequence[str | None]) -> npt.NDArray[np.intp] | None:
    """Number the items by writer; None where some have none or one wrote them all: no writers to draw."""
    if None in writers or len(set(writers)) < 2:
        return None
    return np.unique(np.array(writers), return_inverse=True)[1]


def estimate(
    ratios: Mapping[str, Ratio], group_of: npt.NDArray[np.intp] | None, random: np.random.Generator
) -> dict[str, Estimate]:
    """Estimate scores of one set, all from the same draws; without groups each item is drawn by itself."""
    arrays = [array for ratio in ratios.values() for array in (ratio.parts, ratio.wholes)]
    table = np.stack(arrays, axis=1).astype(np.float64)
    sums = table if group_of is None else _summed(table, group_of)
    values = _quotients(table.sum(axis=0, keepdims=True))[0]
    lows, highs = np.nanpercentile(_quotients(_draw(sums, random)), _PERCENTILES, axis=0)
    return {
        name: Estimate(float(value), float(low), float(high))
        for name, value, low, high in zip(ratios, values, lows, highs, strict=True)
    }


def _summed(table: Sums, group_of: npt.NDArray[np.intp]) -> Sums:
    """Add up the rows of each group: (items, columns) -> (groups, columns)."""
    sums = np.zeros((int(group_of.max()) + 1, table.shape[1]))
    np.add.at(sums, group_of, table)
    return sums


def _draw(sums: Sums, random: np.random.Generator) -> Sums:
    """Draw as many groups as there are, again and again: (groups, columns) -> (rounds, columns)."""
    number = len(sums)
    times = (np.bincount(random.integers(number, size=number), minlength=number) for _ in range(_ROUNDS))
    return np.stack([drawn @ sums for drawn in times])


def _quotients(totals: Sums) -> Sums:
    """Divide parts by wholes, (…, 2 * scores) -> (…, scores); not a number where nothing was written."""
    parts, wholes = totals[:, 0::2], totals[:, 1::2]
    quotients: Sums = np.divide(parts, wholes, out=np.full(parts.shape, np.nan), where=wholes > 0)
    return quotients
