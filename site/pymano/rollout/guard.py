"""The guard: ends a canary that is worse than the default beyond chance, and says why.

It compares errors, durations and the share corrected, each time that readings and corrections have grown by
half. All its looks at all three together raise a false alarm in at most 5 % of rollouts: look k may spend
1 / (k (k + 1)) of that, which adds up to all of it over any number of looks, and each measure a third of it.
"""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error
from django.db.models import F
from django.utils import timezone

from pymano.rollout.comparison import Comparison, compare
from pymano.rollout.measures import probability
from pymano.rollout.models import Kind, Observation, Role, Rollout
from pymano.rollout.statistics import Tally, quantile
from pymano.serving.models import WantedVersion

log = logging.getLogger(__name__)

FALSE_ALARMS: Final = 0.05
MEASURES: Final = 3
GROWTH: Final = 1.5
# Rows that go in one look: more would hold up who writes.
BATCH: Final = 5000


def look() -> list[Rollout]:
    """Look at what runs, once; return what was ended. Old observations go, too."""
    ended = []
    for rollout in Rollout.objects.running():
        reason = _overtaken(rollout) or _worse(rollout)
        if reason and rollout.end(reason, by=None):
            log.warning("The guard has ended %s: %s", rollout, reason)
            ended.append(rollout)
    _forget_old()
    return ended


def watch() -> None:
    """Look, in a loop that goes on whatever happens; that the database is away is others' to tell."""
    try:
        look()
    except Error as error:
        log.debug("The guard cannot look: %s", error)
    except Exception:
        log.exception("The guard cannot look")


def next_look(rollout: Rollout) -> int:
    """Return for how much evidence the guard waits before it looks again."""
    return round(rollout.minimum * GROWTH**rollout.looks)


def evidence(rollout: Rollout) -> int:
    """Return how many readings and corrections of the canary there are together: counted, not looked at."""
    readings = Observation.objects.filter(rollout=rollout, role=Role.CANARY)
    corrected = readings.filter(
        asked_at=F("prediction__asked_at"), prediction__correction__isnull=False
    ).exclude(prediction__correction=F("prediction__text"))
    return readings.count() + corrected.count()


def limit(number: int) -> float:
    """Return how improbable a difference has to be at this look, counted from 1."""
    return FALSE_ALARMS / MEASURES / (number * (number + 1))


def _overtaken(rollout: Rollout) -> str:
    """Say that the default is another now: what was seen before is no comparison with it."""
    default = WantedVersion.objects.filter(is_default=True).values_list("version", flat=True).first()
    if default in (None, rollout.against):
        return ""
    if default == rollout.version:
        return f"{default} is the default now."
    return f"The default is {default} now; it was compared with {rollout.against}."


def _worse(rollout: Rollout) -> str:
    if rollout.kind != Kind.CANARY:
        return ""
    if evidence(rollout) < next_look(rollout):
        return ""
    # Of two guards one looks: the other's chance of a false alarm is not accounted for.
    spent = (
        Rollout.objects.running().filter(pk=rollout.pk, looks=rollout.looks).update(looks=rollout.looks + 1)
    )
    return verdict(rollout, compare(rollout), rollout.looks + 1) if spent else ""


def verdict(rollout: Rollout, comparison: Comparison, number: int) -> str:
    """Say in what the canary is worse beyond chance; nothing where it is not."""
    allowed = limit(number)
    found = {name: chance for name, chance in comparison.chances(rollout.slower).items() if chance < allowed}
    return " ".join(
        f"{_told(rollout, comparison, name)} By chance alone: {probability(chance)}; "
        f"at look {number} the guard ends a canary below {allowed:.2g}."
        for name, chance in found.items()
    )


def _told(rollout: Rollout, comparison: Comparison, name: str) -> str:
    usual, tried = comparison.usual, comparison.tried
    match name:
        case "failed":
            return (
                f"{tried.version} gave no reading {_of(tried.failed)}, {usual.version} {_of(usual.failed)}."
            )
        case "corrected":
            return (
                f"Readings of {tried.version} were corrected {_of(tried.corrected)}, "
                f"of {usual.version} {_of(usual.corrected)}."
            )
        case _:
            return (
                f"{tried.version} took {_middle(tried.durations)} ms at the median, {usual.version} "
                f"{_middle(usual.durations)} ms: more than the {rollout.slower} % longer that are allowed."
            )


def _of(tally: Tally) -> str:
    return f"{tally.happened:.0f} times of {tally.of:.0f}"


def _middle(durations: list[float]) -> str:
    median = quantile(durations, 0.5)
    return f"{median.value:.0f}" if median else "no"


def _forget_old() -> None:
    if not settings.OBSERVATIONS_KEPT_DAYS:
        return
    before = timezone.now() - timedelta(days=settings.OBSERVATIONS_KEPT_DAYS)
    old = Observation.objects.filter(at__lt=before).order_by("at")[:BATCH]
    Observation.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
