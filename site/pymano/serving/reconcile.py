"""Brings all replicas of TorchServe to the wanted state.

It may run again, and in several places at once. While nothing is wanted nobody has decided anything, and
each replica keeps what it started with.
"""

import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from pymano.serving import transport
from pymano.serving.bringing import Lives, Outcome, Problem, Wanted, bring, drop
from pymano.serving.management import Replica
from pymano.serving.models import WantedVersion

AT_ONCE: Final = 8


def wanted() -> list[Wanted]:
    """Return what is to be there, the default first."""
    return as_wanted(WantedVersion.objects.all())


def as_wanted(rows: Iterable[WantedVersion]) -> list[Wanted]:
    """Return what these rows want, the default first."""
    found = [Wanted(row.version, row.archive, row.workers, bool(row.is_default)) for row in rows]
    return sorted(found, key=lambda one: not one.is_default)


def reconcile(
    *,
    seconds: float,
    known: Callable[[str, str], Problem | None] = lambda *_: None,
    lives: Lives | None = None,
) -> list[Outcome]:
    """Bring all replicas to the wanted state at once, in so many seconds; what takes longer is left as it is.

    `known(url, version)` returns a problem for which a version is not to be loaded into a replica this time;
    `lives` is what earlier calls have seen.
    """
    versions, urls = wanted(), transport.replicas()
    if not versions or not urls:
        return []
    deadline, seen = time.monotonic() + seconds, lives or Lives()

    def bring_one(url: str) -> Outcome:
        return bring(Replica(url, deadline), versions, lambda version: known(url, version), seen)

    def drop_from(outcome: Outcome) -> None:
        drop(Replica(outcome.url, deadline), names, outcome)

    with ThreadPoolExecutor(min(AT_ONCE, len(urls))) as pool:
        outcomes = list(pool.map(bring_one, urls))
        # A version is wanted first, and loaded then: read again now, this has whatever was seen loaded.
        names = {one.version for one in wanted()}
        list(pool.map(drop_from, outcomes))
    for outcome in outcomes:
        outcome.problems = list(dict.fromkeys(_as_of_now(problem, names) for problem in outcome.problems))
    return outcomes


def _as_of_now(problem: Problem, names: Collection[str]) -> Problem:
    """Of a version that somebody has unregistered meanwhile say just that: its archive is not to blame."""
    if not problem.version or problem.version in names:
        return problem
    return Problem(problem.version, "was unregistered meanwhile", lasting=False)
