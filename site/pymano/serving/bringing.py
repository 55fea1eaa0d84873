"""Brings one replica of TorchServe to the wanted state, and leaves alone what is right.

TorchServe is asked to begin, and never to wait: whether workers can read is looked at from here.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from pymano.serving.management import (
    Away,
    LoadedVersion,
    ManagementError,
    Rejected,
    Replica,
    Served,
    Slow,
)

AGAIN_SECONDS: Final = 0.4
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
    dies: bool = False
    """Whether its workers were seen to die as they start."""

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


class Lives:
    """The processes that versions have had, by replica, since all their workers could read last.

    TorchServe starts a worker that dies anew, and says so by its new process alone.
    """

    def __init__(self) -> None:
        self._pids: dict[tuple[str, str], set[int]] = {}

    def note(self, url: str, loaded: LoadedVersion) -> int:
        """Note a version as it was just seen, and return how many processes it has had."""
        if loaded.is_ready:
            self._pids.pop((url, loaded.version), None)
            return 0
        pids = self._pids.setdefault((url, loaded.version), set())
        pids |= loaded.pids
        return len(pids)


def workers_in_words(count: int) -> str:
    """Say how many workers: "1 worker", "2 workers"."""
    return f"{count} worker" if count == 1 else f"{count} workers"


def bring(
    replica: Replica,
    versions: Sequence[Wanted],
    known: Callable[[str], Problem | None],
    lives: Lives,
) -> Outcome:
    """Load what is wanted into one replica, set workers and the default, and note what else it serves.

    `known` returns a problem for which a version is not to be loaded this time.
    """
    outcome = Outcome(replica.url)
    work = _Work(replica, known, lives, outcome)
    try:
        served = replica.served()
        for one in versions:
            work.on(one, served)
        now = replica.served() if outcome.changes or outcome.problems else served
        outcome.others = _others(now, versions)
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


def _others(served: Served, versions: Iterable[Wanted]) -> tuple[str, ...]:
    kept = {served.default, *(one.version for one in versions)}
    return tuple(sorted(loaded.version for loaded in served.versions if loaded.version not in kept))


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
        outcome.problems.append(Problem(version, str(error), lasting=True, dies=isinstance(error, _Dies)))


class _Unfit(Exception):
    """The archive cannot be served; str() says why in plain words."""


class _Dies(_Unfit):
    """The workers of the archive were seen to die as they start."""

    def __init__(self, archive: str) -> None:
        super().__init__(_WORKERS_DO_NOT_START.format(archive))


@dataclass(frozen=True)
class _Work:
    """What is done to one replica."""

    replica: Replica
    known: Callable[[str], Problem | None]
    lives: Lives
    outcome: Outcome

    def on(self, one: Wanted, served: Served) -> None:
        """Bring one version to what is wanted of it; what goes wrong is noted."""
        loaded = served.get(one.version)
        if problem := None if loaded else self.known(one.version):
            self.outcome.problems.append(problem)
            return
        with _noting(self.outcome, one.version):
            self._load(one, loaded)
        if one.is_default and served.default != one.version:
            # Before others are loaded: until then the replica reads with what nobody wants.
            with _noting(self.outcome, one.version):
                self._prefer(one)

    def _load(self, one: Wanted, loaded: LoadedVersion | None) -> None:
        if loaded is None:
            self._register(one)
        elif loaded.archive != one.archive:
            raise _Unfit(f"is served from another archive, {loaded.archive}")
        elif not loaded.has_workers(one.workers):
            self._set_workers(one, loaded)
        else:
            self._look_after(one, loaded)

    def _register(self, one: Wanted) -> None:
        try:
            self.replica.register(one.archive, one.workers)
        except Rejected as error:
            if error.status == 409 and f" {one.version} is already registered" in str(error):
                return self._await(one)  # somebody else was faster
            raise _Unfit(_why(error, one)) from error
        try:
            self._await(one, absent="is not what {} holds")
        except _Unfit:
            self._take_back(one.version)
            raise
        self._changed(one.version, "is registered")
        return None

    def _set_workers(self, one: Wanted, loaded: LoadedVersion) -> None:
        try:
            self.replica.set_workers(one.version, one.workers)
            self._await(one, before=loaded.pids)
        except (Rejected, _Unfit) as error:
            raise _Unfit(f"could not get {workers_in_words(one.workers)}") from error
        self._changed(one.version, f"has {workers_in_words(one.workers)}")

    def _look_after(self, one: Wanted, loaded: LoadedVersion) -> None:
        """Take back what somebody registered and had no time to wait for, where its workers go on dying.

        One that is killed while it could read is started once more: each may live twice.
        """
        has_had = self.lives.note(self.replica.url, loaded)
        if has_had > 2 * loaded.most_workers and not loaded.ready:
            self._take_back(one.version)
            raise _Dies(one.archive)
        if not loaded.is_ready:
            raise Slow

    def _await(
        self, one: Wanted, *, before: Collection[int] = (), absent: str = _WORKERS_DO_NOT_START
    ) -> None:
        """Wait until all workers of a version can read; one that dies while it is loaded would go on dying.

        `before` are the processes that it had when this began, `absent` is what it means where it is not
        there at first.
        """
        pids = set(before)
        while time.monotonic() < self.replica.deadline:
            with suppress(Slow):  # it may be busy with just that
                loaded = self.replica.loaded(one.version)
                if loaded is None:
                    raise _Unfit(absent.format(one.archive))
                absent = _WORKERS_DO_NOT_START  # if it goes now, somebody else took it back
                if loaded.archive != one.archive:
                    raise _Unfit(f"is served from another archive, {loaded.archive}")
                if loaded.is_ready:
                    return
                pids |= loaded.pids
                if len(pids) > max(loaded.most_workers, len(before)):
                    raise _Dies(one.archive)
            time.sleep(AGAIN_SECONDS)
        raise Slow

    def _take_back(self, version: str) -> None:
        # TorchServe does not part with its default; what is left of it is told as not ready.
        with suppress(Slow, Rejected):
            _unregister(self.replica, version)

    def _prefer(self, one: Wanted) -> None:
        """Make it the default where it can read."""
        loaded = self.replica.loaded(one.version)
        if loaded is None or loaded.archive != one.archive:
            return  # what kept it from being loaded is noted
        if not loaded.ready:
            raise Slow
        self.replica.set_default(one.version)
        self._changed(one.version, "is the default")

    def _changed(self, version: str, words: str) -> None:
        self.outcome.changes.append(Change(version, words))


def _why(error: Rejected, one: Wanted) -> str:
    match error.status:
        case 404:
            return f"cannot be loaded: there is no {one.archive} in its model store"
        case 400 | 409:
            # One that is no zip at all may be answered as if it were some other version, which is there.
            return f"cannot be loaded: {one.archive} is no archive"
        case 500:
            return f"cannot be loaded: {one.archive} is damaged"
        case _:
            return f"cannot be loaded: {one.archive} was refused ({error.status})"


def _unregister(replica: Replica, version: str) -> None:
    try:
        replica.unregister(version)
    except Rejected as error:
        if error.status != 404:  # it is gone already
            raise
