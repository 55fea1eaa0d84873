"""Brings the replicas of TorchServe to the wanted state, and leaves alone what is right.

So it may run again, and in several places at once. While nothing is wanted nobody has decided anything, and
each replica keeps what it started with.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from pymano.serving import transport
from pymano.serving.management import (
    Away,
    LoadedVersion,
    ManagementError,
    Rejected,
    Replica,
    Served,
    Slow,
)
from pymano.serving.models import WantedVersion

AT_ONCE: Final = 8
AGAIN_SECONDS: Final = 0.5
_WORKERS_DO_NOT_START: Final = "cannot be loaded: the workers of {} do not start"


@dataclass(frozen=True)
class Wanted:
    """One version that is to be there."""

    version: str
    archive: str
    workers: int
    is_default: bool


@dataclass(frozen=True)
class Change:
    """What was done to a version, in plain words."""

    version: str
    words: str

    def __str__(self) -> str:
        return f"{self.version} {self.words}"


@dataclass(frozen=True)
class Problem:
    """Why a version is not as it should be, in plain words; a lasting one will not pass by waiting."""

    version: str
    words: str
    lasting: bool

    def __str__(self) -> str:
        return f"{self.version} {self.words}".strip()


@dataclass
class Outcome:
    """What was done to one replica, and what could not be done."""

    url: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_away: bool = False
    others: tuple[str, ...] = ()
    """Versions that it served though they were not wanted, but for its default."""

    @property
    def is_right(self) -> bool:
        """Whether the replica is now as it should be."""
        return not self.is_away and not self.problems


def workers_in_words(count: int) -> str:
    """Say how many workers: "1 worker", "2 workers"."""
    return f"{count} worker" if count == 1 else f"{count} workers"


def wanted() -> list[Wanted]:
    """Return what is to be there, the default first."""
    return as_wanted(WantedVersion.objects.all())


def as_wanted(rows: Iterable[WantedVersion]) -> list[Wanted]:
    """Return what these rows want, the default first."""
    found = [Wanted(row.version, row.archive, row.workers, bool(row.is_default)) for row in rows]
    return sorted(found, key=lambda one: not one.is_default)


def reconcile(
    *, seconds: float, known: Callable[[str, str], Problem | None] = lambda *_: None
) -> list[Outcome]:
    """Bring all replicas to the wanted state at once, in so many seconds; what takes longer is left as it is.

    `known(url, version)` returns a problem for which a version is not to be loaded into a replica this time.
    """
    versions, urls = wanted(), transport.replicas()
    if not versions or not urls:
        return []
    deadline = time.monotonic() + seconds

    def bring_one(url: str) -> Outcome:
        return bring(Replica(url, deadline), versions, lambda version: known(url, version))

    def drop_from(outcome: Outcome) -> None:
        drop(Replica(outcome.url, deadline), names, outcome)

    with ThreadPoolExecutor(min(AT_ONCE, len(urls))) as pool:
        outcomes = list(pool.map(bring_one, urls))
        # A version is wanted first, and loaded then: read again now, this has whatever was seen loaded.
        names = {one.version for one in wanted()}
        list(pool.map(drop_from, outcomes))
    return outcomes


def bring(
    replica: Replica,
    versions: Sequence[Wanted],
    known: Callable[[str], Problem | None] = lambda _: None,
) -> Outcome:
    """Load what is wanted into one replica, set workers and the default, and note what else it serves."""
    outcome = Outcome(replica.url)
    try:
        served = replica.served()
        for one in versions:
            loaded = served.get(one.version)
            if problem := None if loaded else known(one.version):
                outcome.problems.append(problem)
            else:
                with _noting(outcome, one.version):
                    _load(replica, one, loaded, outcome)
        _finish(replica, versions, served, outcome)
    except Away:
        outcome.is_away = True
    except Slow:
        outcome.problems.append(Problem("", "it did not answer in time", lasting=False))
    except ManagementError:
        outcome.problems.append(Problem("", "its answers are not TorchServe's", lasting=False))
    return outcome


def drop(replica: Replica, names: Collection[str], outcome: Outcome) -> None:
    """Unregister what a replica serves beside these; its default TorchServe would not part with."""
    with suppress(ManagementError):  # the next time will do
        for version in set(outcome.others).difference(names):
            _unregister(replica, version)
            outcome.changes.append(Change(version, "is unregistered"))


@contextmanager
def _noting(outcome: Outcome, version: str) -> Iterator[None]:
    """Note what goes wrong with one version, and go on with the others, unless the replica is away."""
    try:
        yield
    except Rejected as error:
        outcome.problems.append(Problem(version, f"was refused ({error.status})", lasting=True))
    except Slow:
        if (problem := Problem(version, "is not ready yet", lasting=False)) not in outcome.problems:
            outcome.problems.append(problem)
    except _Unfit as error:
        outcome.problems.append(Problem(version, str(error), lasting=True))


class _Unfit(Exception):
    """The archive cannot be served; str() says why in plain words."""


def _load(replica: Replica, one: Wanted, loaded: LoadedVersion | None, outcome: Outcome) -> None:
    if loaded is None:
        _register(replica, one, outcome)
    elif loaded.archive != one.archive:
        raise _Unfit(f"is served from another archive, {loaded.archive}")
    elif not loaded.has_workers(one.workers):
        try:
            replica.set_workers(one.version, one.workers)
        except Rejected as error:
            raise _Unfit(f"could not get {workers_in_words(one.workers)}") from error
        outcome.changes.append(Change(one.version, f"has {workers_in_words(one.workers)}"))
    elif loaded.ready < one.workers:
        raise Slow  # somebody else is loading it, or a worker died and is started again


def _register(replica: Replica, one: Wanted, outcome: Outcome) -> None:
    try:
        replica.register(one.archive, one.workers)
    except Rejected as error:
        if error.status == 409 and f" {one.version} is already registered" in str(error):
            return _await(replica, one)  # somebody else was faster
        _clean_up(replica, one.version)
        raise _Unfit(_why(error, one)) from error
    if replica.served().get(one.version) is None:
        raise _Unfit(f"is not what {one.archive} holds")
    outcome.changes.append(Change(one.version, "is registered"))
    return None


def _await(replica: Replica, one: Wanted) -> None:
    """Wait until what somebody else is registering can read, or is gone, as it cannot be loaded."""
    while time.monotonic() < replica.deadline:
        with suppress(Slow):  # it may be busy with just that
            loaded = replica.served().get(one.version)
            if loaded is None:
                raise _Unfit(_WORKERS_DO_NOT_START.format(one.archive))
            if loaded.archive != one.archive:
                raise _Unfit(f"is served from another archive, {loaded.archive}")
            if loaded.ready:
                return
        time.sleep(AGAIN_SECONDS)
    raise Slow


def _clean_up(replica: Replica, version: str) -> None:
    """Take back what a failed registration may have left: a version that has no worker to read."""
    with suppress(Slow):  # why it failed is known; what is left is dropped when it is not wanted any more
        loaded = replica.served().get(version)
        if loaded and not loaded.ready:
            _unregister(replica, version)


def _why(error: Rejected, one: Wanted) -> str:
    match error.status:
        case 404:
            return f"cannot be loaded: there is no {one.archive} in its model store"
        case 400 | 409:
            # One that is no zip at all may be answered as if it were some other version, which is there.
            return f"cannot be loaded: {one.archive} is no archive"
        case 500 if "workers" in str(error):
            return _WORKERS_DO_NOT_START.format(one.archive)
        case 500:
            return f"cannot be loaded: {one.archive} is damaged"
        case _:
            return f"cannot be loaded: {one.archive} was refused ({error.status})"


def _finish(replica: Replica, versions: Sequence[Wanted], before: Served, outcome: Outcome) -> None:
    names = {one.version for one in versions}
    as_before = names <= {loaded.version for loaded in before.versions} and not outcome.changes
    served = before if as_before else replica.served()
    default = served.default
    for one in versions:
        if one.is_default and default != one.version:
            with _noting(outcome, one.version):
                default = _make_default(replica, one.version, served, outcome)
    loaded = {one.version for one in served.versions}
    outcome.others = tuple(sorted(loaded - names - {default}))


def _make_default(replica: Replica, version: str, served: Served, outcome: Outcome) -> str | None:
    """Make it the default where it can read, and return which is the default now."""
    loaded = served.get(version)
    if loaded is None:
        return served.default  # what kept it from being loaded is noted
    if not loaded.ready:
        raise Slow
    replica.set_default(version)
    outcome.changes.append(Change(version, "is the default"))
    return version


def _unregister(replica: Replica, version: str) -> None:
    try:
        replica.unregister(version)
    except Rejected as error:
        if error.status != 404:  # it is gone already
            raise
