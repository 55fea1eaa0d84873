"""Whether confidences hold: of the readings given with 80 %, are 80 % right?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

BINS = 15


@dataclass(frozen=True)
class Reliability:
    """Readings in bins of equal width by confidence, (bins,) each; means are not numbers in empty bins."""

    counts: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.float64]
    """Mean confidence of each bin."""
    rights: npt.NDArray[np.float64]
    """Share of each bin that was read right."""

    @property
    def ece(self) -> float | None:
        """Expected calibration error: mean gap of confidence and share, by count; None without readings."""
        if not self.counts.sum():
            return None
        gaps = np.nan_to_num(np.abs(self.confidences - self.rights))
        return float((gaps * self.counts).sum() / self.counts.sum())


def measure(confidences: Sequence[float], right: Sequence[bool]) -> Reliability:
    """Sort readings, each with its confidence and whether it is right, into bins."""
    values = np.array(confidences, dtype=np.float64)
    places = np.minimum((values * BINS).astype(np.intp), BINS - 1)
    counts = np.bincount(places, minlength=BINS)
    sums = np.bincount(places, values, BINS)
    rights = np.bincount(places, np.array(right, dtype=np.float64), BINS)
    return Reliability(counts, _means(sums, counts), _means(rights, counts))


def _means(sums: npt.NDArray[Any], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    means: npt.NDArray[np.float64] = np.divide(sums, counts, out=np.full(BINS, np.nan), where=counts > 0)
    return means


def draw(reliability: Reliability, title: str, path: Path) -> None:
    """Draw the diagram: share read right over confidence, and below how many readings each bin holds."""
    figure = Figure(figsize=(6, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    left = np.arange(BINS) / BINS
    above.bar(
        left, np.nan_to_num(reliability.rights), 1 / BINS, align="edge", color="#1f5fbf", edgecolor="white"
    )
    above.plot([0, 1], [0, 1], color="#9a5b00", linestyle="--", label="as it should be")
    above.plot(
        reliability.confidences,
        reliability.rights,
        "o",
        color="black",
        label="at the mean confidence of a bin",
    )
    above.set(ylabel="share read right", ylim=(0, 1), xlim=(0, 1))
    above.legend(loc="upper left")
    below.bar(left, reliability.counts, 1 / BINS, align="edge", color="#888888", edgecolor="white")
    below.set(xlabel="confidence", ylabel="readings")
    ece = reliability.ece
    figure.suptitle(
        title if ece is None else f"{title}\nexpected calibration error {ece:.3f}", parse_math=False
    )
    figure.savefig(path, dpi=120)
