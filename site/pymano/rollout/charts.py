"""Where lines, bars and curves lie in the charts, which templates draw as SVG: no styles, no scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pymano.rollout.statistics import Estimate

# Every chart is so wide and high in its own units, and as wide as there is room on the page.
WIDTH: Final = 1000
HEIGHT: Final = 100
BARS: Final = 48
STEPS: Final = 100
SPANS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400)
)


@dataclass(frozen=True)
class Whisker:
    """A value and its interval on an axis from 0 to WIDTH; an unknown bound lies at the end of the axis."""

    value: float
    low: float
    high: float
    open_low: bool
    open_high: bool


def whisker(estimate: Estimate, top: float) -> Whisker:
    """Place an estimate on an axis that ends at `top`."""
    scale = WIDTH / top if top else 0.0
    return Whisker(
        round(estimate.value * scale, 1),
        round((estimate.low or 0.0) * scale, 1),
        WIDTH if estimate.high is None else round(estimate.high * scale, 1),
        estimate.low is None,
        estimate.high is None,
    )


def top(estimates: Sequence[Estimate]) -> float:
    """Return where an axis ends that shows these, with a little room, at a round number."""
    highest = max((estimate.high or 1.3 * estimate.value for estimate in estimates), default=0.0)
    return next((step for step in _rounds() if step >= highest), highest) if highest else 0.0


def _rounds() -> list[float]:
    return [factor * 10**power for power in range(-4, 7) for factor in (1, 2, 3, 4, 5, 6, 8)]


@dataclass(frozen=True)
class Bar:
    """One bar; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Timeline:
    """How many readings each span of time had, by version, on one scale."""

    first: datetime
    last: datetime
    span: timedelta
    most: int
    bars: Sequence[Sequence[Bar]]

    @property
    def span_in_words(self) -> str:
        """How long one bar's span is."""
        minutes = self.span.total_seconds() / 60
        if minutes < 60:
            return f"{minutes:.0f} min"
        return f"{minutes / 60:.0f} h" if minutes < 60 * 24 else f"{minutes / 60 / 24:.0f} d"


def timeline(first: datetime, last: datetime, series: Sequence[Sequence[datetime]]) -> Timeline:
    """Count moments between the first and the last, in spans of a handy length."""
    length = last - first
    span = next((span for span in SPANS if span * BARS >= length), length / BARS)
    number = int(length / span) + 1
    counts = [[0] * number for _ in series]
    for row, moments in zip(counts, series, strict=True):
        for moment in moments:
            row[min(number - 1, max(0, int((moment - first) / span)))] += 1
    most = max(map(max, counts))
    return Timeline(first, last, span, most, [_bars(row, most) for row in counts])


def _bars(counts: Sequence[int], most: int) -> list[Bar]:
    step = WIDTH / len(counts)
    scale = HEIGHT / most if most else 0.0
    return [
        Bar(
            round(i * step, 1),
            round(HEIGHT - count * scale, 1),
            round(0.8 * step, 1),
            round(count * scale, 1),
        )
        for i, count in enumerate(counts)
        if count
    ]


def curve(durations: Sequence[float], longest: float) -> str:
    """Return the path of how many of the sorted durations are no longer than each, up to the longest."""
    if not durations:
        return ""
    last = len(durations) - 1
    points = ["M 0 100"]
    for step in range(STEPS + 1):
        x = min(WIDTH, durations[round(step / STEPS * last)] / longest * WIDTH)
        points.append(f"L {x:.1f} {HEIGHT - step / STEPS * HEIGHT:.1f}")
    return " ".join(points)
