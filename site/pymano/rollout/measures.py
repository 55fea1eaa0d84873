"""The measures that a page shows of two versions: estimates in words, and where their charts put them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from pymano.rollout import charts
from pymano.rollout.charts import Timeline, Whisker, top, whisker
from pymano.rollout.comparison import Arm, Comparison
from pymano.rollout.models import Kind, Rollout
from pymano.rollout.statistics import Estimate, effective, quantile, ratio, share

Write = Callable[[float], str]
NBSP = "\N{NO-BREAK SPACE}"
NONE = "\N{EN DASH}"


def percent(value: float) -> str:
    """Write 0.0123 as 1.2 %."""
    return f"{100 * value:.1f}{NBSP}%"


def milliseconds(value: float) -> str:
    """Write 43.2 as 43 ms."""
    return f"{value:,.0f}{NBSP}ms"


def probability(chance: float) -> str:
    """Write 0.04231 as p = 0.0423."""
    return f"p = {chance:.4f}" if chance >= 0.0001 else "p < 0.0001"


@dataclass(frozen=True)
class Line:
    """One version's estimate: in words, as a picture, and of how much it is made."""

    version: str
    role: str
    value: str
    interval: str
    counted: str
    whisker: Whisker | None

    @property
    def told(self) -> str:
        """The picture in words."""
        return (
            f"{self.version}, {self.role}: {self.value}, {self.interval}" if self.whisker else "nothing yet"
        )


@dataclass(frozen=True)
class Measure:
    """What is compared; `chance` is the probability that chance alone makes the second so much worse."""

    name: str
    explained: str
    lines: Sequence[Line]
    end: str
    chance: str


def measures(rollout: Rollout, comparison: Comparison) -> list[Measure]:
    """Return all measures of a rollout. What they estimate is drawn at random, but always the same."""
    arms, chances = (comparison.usual, comparison.tried), comparison.chances(rollout.slower)
    return [
        _measure(
            "Errors",
            "No reading came: the version was busy, too slow, unknown to a replica, or not understood.",
            percent,
            [(arm, share(arm.failed), _failures(arm)) for arm in arms],
            chances["failed"],
        ),
        _measure(
            "Median duration",
            "Half of the readings came sooner.",
            milliseconds,
            [(arm, quantile(arm.durations, 0.5), _readings(len(arm.durations))) for arm in arms],
            chances["durations"],
        ),
        _measure(
            "99th percentile of durations",
            "One reading of a hundred took longer.",
            milliseconds,
            [(arm, quantile(arm.durations, 0.99), _readings(len(arm.durations))) for arm in arms],
        ),
        *(_seen_by_people(rollout, comparison, chances)),
        _measure(
            "Character error rate",
            "Characters to change, of those written, in the readings that people corrected or confirmed.",
            percent,
            [(arm, ratio(arm.edits, Random(rollout.pk)), _readings(arm.compared)) for arm in arms],  # noqa: S311
        ),
    ]


def timeline(comparison: Comparison) -> Timeline | None:
    """Return how many readings both had, span by span; nothing where there were none."""
    series = [[one.at for one in arm.seen] for arm in (comparison.usual, comparison.tried)]
    moments = [moment for each in series for moment in each]
    return charts.timeline(min(moments), max(moments), series) if moments else None


@dataclass(frozen=True)
class Curves:
    """How many of each version's readings had come after each time, up to the longest that is shown."""

    longest: str
    paths: Sequence[str]


def curves(comparison: Comparison) -> Curves | None:
    """Return both curves, to where 99 of 100 readings of each had come; nothing where there were none."""
    sides = [arm.durations for arm in (comparison.usual, comparison.tried)]
    longest = max((side[int(0.99 * (len(side) - 1))] for side in sides if side), default=0.0)
    if not longest:
        return None
    return Curves(milliseconds(longest), [charts.curve(side, longest) for side in sides])


def _seen_by_people(rollout: Rollout, comparison: Comparison, chances: dict[str, float]) -> list[Measure]:
    """Nobody corrects a shadow; what can be told is how often it reads what was shown."""
    usual, tried = comparison.usual, comparison.tried
    if rollout.kind == Kind.SHADOW:
        agreed = tried.agreement
        return [
            _measure(
                "Agreement",
                "The shadow read the very text that was shown.",
                percent,
                [(tried, share(agreed), f"{agreed.happened:,.0f} of {_readings(agreed.of)}")],
            )
        ]
    return [
        _measure(
            "Corrected",
            "People put something else in the place of what was read.",
            percent,
            [
                (
                    arm,
                    share(effective(arm.corrected_by_person)),
                    f"{arm.corrected.happened:,.0f} of {_readings(arm.corrected.of)} that still stand",
                )
                for arm in (usual, tried)
            ],
            chances["corrected"],
        )
    ]


def _measure(
    name: str,
    explained: str,
    write: Write,
    found: Sequence[tuple[Arm, Estimate | None, str]],
    chance: float | None = None,
) -> Measure:
    end = top([estimate for _, estimate, _ in found if estimate])
    if write is percent:
        end = min(1.0, end)
    lines = [_line(arm, estimate, counted, write, end) for arm, estimate, counted in found]
    comparable = chance is not None and all(line.whisker for line in lines)
    told = probability(chance or 0.0) if comparable else ""
    return Measure(name, explained, lines, write(end) if end else "", told)


def _line(arm: Arm, estimate: Estimate | None, counted: str, write: Write, end: float) -> Line:
    if estimate is None:
        return Line(arm.version, arm.role.label.lower(), NONE, "", counted, None)
    return Line(
        arm.version,
        arm.role.label.lower(),
        write(estimate.value),
        _interval(estimate, write),
        counted,
        whisker(estimate, end),
    )


def _interval(estimate: Estimate, write: Write) -> str:
    match estimate.low, estimate.high:
        case None, None:
            return "too few to bound it"
        case None, float() as high:
            return f"at most {write(high)}"
        case float() as low, None:
            return f"at least {write(low)}"
        case low, high:
            return f"{write(low or 0.0)} to {write(high or 0.0)}"


def _readings(count: float) -> str:
    return "1 reading" if count == 1 else f"{count:,.0f} readings"


def _failures(arm: Arm) -> str:
    told = f"{arm.failed.happened:,.0f} of {_readings(arm.failed.of)}"
    kinds = ", ".join(f"{count:,} {outcome}" for outcome, count in arm.failures.items())
    return f"{told}: {kinds}" if kinds else told
