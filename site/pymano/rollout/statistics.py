"""How far a difference may be chance: the few tests and intervals that a comparison needs, in pure Python.

Intervals hold what they estimate with 95 %. Tests are one-sided, "is the second worse than the first?", and
give the probability of so large a difference if there were none. Sources:

- shares: Wilson's interval (1927), Fisher's exact test;
- quantiles: binomial order statistics (Hahn and Meeker, Statistical Intervals, 5.2);
- ratios: the percentile bootstrap (Efron 1979);
- durations: the test of Wilcoxon, Mann and Whitney, stratified (van Elteren 1960);
- readings that come from few people: effective counts (Rao and Scott 1992).
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
ROUNDS: Final = 1000
_Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_TAIL: Final = (1 - CONFIDENCE) / 2


@dataclass(frozen=True)
class Estimate:
    """A value and its interval. None: what was seen does not bound it on this side."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tally:
    """How often something came to pass, and out of how many; effective counts need not be whole."""

    happened: float
    of: float

    @property
    def share(self) -> float:
        """The part of all; 0 of none."""
        return self.happened / self.of if self.of else 0.0


def share(tally: Tally) -> Estimate | None:
    """Estimate a share, with Wilson's interval; None where nothing was counted."""
    if not tally.of:
        return None
    p, n, square = tally.share, tally.of, _Z * _Z
    centre = (p + square / (2 * n)) / (1 + square / n)
    half = _Z * math.sqrt(p * (1 - p) / n + square / (4 * n * n)) / (1 + square / n)
    return Estimate(p, max(0.0, centre - half), min(1.0, centre + half))


def quantile(values: Sequence[float], fraction: float) -> Estimate | None:
    """Estimate the value that this fraction of sorted values does not pass, bounded by two of the values.

    A value far out is bounded on its side only by many readings: the 99th percentile from above by 368.
    """
    if not values:
        return None
    n = len(values)
    # How many of n values lie under the true quantile is binomial: `below[k]` is P(at most k).
    below = _cumulated(_binomial(k, n, fraction) for k in range(n + 1))
    low = bisect_right(below, _TAIL)
    high = next((k for k in range(n) if below[k] >= 1 - _TAIL), None)
    return Estimate(
        values[max(0, math.ceil(n * fraction) - 1)],
        values[low - 1] if low else None,
        None if high is None else values[high],
    )


def ratio(parts: Sequence[tuple[int, int]], random: Random) -> Estimate | None:
    """Estimate the sum of firsts over the sum of seconds; pairs that belong together are one pair here.

    With one pair there is nothing to draw from, and no bound.
    """
    value = _quotient(parts)
    if value is None:
        return None
    if len(parts) < 2:
        return Estimate(value, None, None)
    drawn = (_quotient(random.choices(parts, k=len(parts))) for _ in range(ROUNDS))
    quotients = sorted(quotient for quotient in drawn if quotient is not None)
    return Estimate(
        value, quotients[int(_TAIL * len(quotients))], quotients[math.ceil((1 - _TAIL) * len(quotients)) - 1]
    )


def effective(groups: Iterable[Tally]) -> Tally:
    """Return the counts of independent readings that say as much as these; each group is one person's.

    Rao and Scott's design effect: how much more the shares of people differ than chance would have them.
    It is never taken for less than 1, and is unknown, thus 1, where there is one person.
    """
    tallies = [group for group in groups if group.of]
    total = Tally(sum(group.happened for group in tallies), sum(group.of for group in tallies))
    people, variance = len(tallies), total.share * (1 - total.share)
    if people < 2 or not variance:
        return total
    spread = sum((group.happened - total.share * group.of) ** 2 for group in tallies)
    design = max(1.0, people / (people - 1) * spread / (total.of * variance))
    return Tally(total.happened / design, total.of / design)


def more_often(usual: Tally, tried: Tally) -> float:
    """Fisher's exact test: the probability of so much more in the second. Counts are rounded."""
    a, n = round(tried.happened), round(tried.of)
    happened, total = a + round(usual.happened), n + round(usual.of)
    chances = (_hypergeometric(k, n, happened, total) for k in range(a, min(n, happened) + 1))
    return min(1.0, sum(chances))


def longer(strata: Iterable[tuple[Sequence[float], Sequence[float]]]) -> float:
    """Wilcoxon, Mann and Whitney's test: the probability of second values so much above the first.

    Values are compared within their stratum alone; strata have van Elteren's weights. By the normal
    approximation, with the correction for ties.
    """
    excess = variance = 0.0
    for usual, tried in strata:
        if usual and tried:
            weight = 1 / (len(usual) + len(tried) + 1)
            pairs_won, spread = _rank_sum(usual, tried)
            excess += weight * pairs_won
            variance += weight**2 * spread
    return 1 - NormalDist().cdf(excess / math.sqrt(variance)) if variance else 1.0


def _rank_sum(usual: Sequence[float], tried: Sequence[float]) -> tuple[float, float]:
    """Return by how much the pairs that the second wins pass half of all pairs, and the variance of that."""
    n, m = len(usual), len(tried)
    total, counts = n + m, Counter([*usual, *tried])
    rank, start = {}, 0
    for value in sorted(counts):
        rank[value] = start + (counts[value] + 1) / 2
        start += counts[value]
    won = sum(rank[value] for value in tried) - m * (m + 1) / 2
    ties = sum(count**3 - count for count in counts.values()) / (total * (total - 1))
    return won - n * m / 2, n * m / 12 * (total + 1 - ties)


def _quotient(parts: Sequence[tuple[int, int]]) -> float | None:
    whole = sum(second for _, second in parts)
    return sum(first for first, _ in parts) / whole if whole else None


def _cumulated(chances: Iterable[float]) -> list[float]:
    total, sums = 0.0, []
    for chance in chances:
        total += chance
        sums.append(total)
    return sums


def _log_choose(n: int, k: int) -> float:
    log: Callable[[float], float] = math.lgamma
    return log(n + 1) - log(k + 1) - log(n - k + 1)


def _binomial(k: int, n: int, p: float) -> float:
    return math.exp(_log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p))


def _hypergeometric(k: int, drawn: int, marked: int, total: int) -> float:
    if drawn - k > total - marked:
        return 0.0
    return math.exp(
        _log_choose(marked, k) + _log_choose(total - marked, drawn - k) - _log_choose(total, drawn)
    )
