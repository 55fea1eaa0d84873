"""What the replicas say, beside what is wanted of them and which archives there are."""

import time
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pymano.serving import catalogue, transport
from pymano.serving.bringing import Wanted
from pymano.serving.catalogue import Archive
from pymano.serving.management import ASK_SECONDS, LoadedVersion, ManagementError, Replica, Served
from pymano.serving.models import WantedVersion
from pymano.serving.reconcile import AT_ONCE, as_wanted
from pymano.serving.state import Remembered

STATES: Final = ("as_wanted", "differs", "away")
REMEMBER_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Seen:
    """A replica, and what it serves; None where it does not say."""

    url: str
    served: Served | None


@dataclass(frozen=True)
class Row:
    """One version in one replica: `loaded` is None where it is missing, `differs` says what is wrong."""

    url: str
    version: str
    loaded: LoadedVersion | None
    is_default: bool
    differs: str


@dataclass(frozen=True)
class ReplicaView:
    """One replica: its versions, or that it is away."""

    url: str
    is_away: bool
    rows: tuple[Row, ...]

    @property
    def differs(self) -> bool:
        """Whether anything is not as it is wanted."""
        return any(row.differs for row in self.rows)

    @property
    def state(self) -> str:
        """How it is in one word, one of STATES."""
        if self.is_away:
            return "away"
        return "differs" if self.differs else "as_wanted"


@dataclass(frozen=True)
class VersionView:
    """One version: its archive, where there is one, what is wanted of it, and what the replicas say of it."""

    version: str
    archive: Archive | None
    wanted: WantedVersion | None
    rows: tuple[Row, ...]

    @property
    def replicas_as_wanted(self) -> int:
        """How many of the replicas that answer have it as it is wanted."""
        return sum(not row.differs for row in self.rows)


@dataclass(frozen=True)
class Overview:
    """Everything."""

    replicas: tuple[ReplicaView, ...]
    versions: tuple[VersionView, ...]
    is_decided: bool
    """Whether anything is wanted; if not, the first replica is what the others are held against."""

    def get(self, version: str) -> VersionView | None:
        """Return one version, where it is known."""
        return next((one for one in self.versions if one.version == version), None)

    @property
    def usual_workers(self) -> int:
        """How many workers the default is to have, or has where nothing is wanted yet; 1 if nobody says."""
        wanted = (one.wanted.workers for one in self.versions if one.wanted and one.wanted.is_default)
        rows = (row for replica in self.replicas for row in replica.rows if row.is_default)
        return next(chain(wanted, (row.loaded.most_workers for row in rows if row.loaded)), 1)


def overview() -> Overview:
    """Ask all replicas, and put what they say beside what is wanted."""
    known = {one.version: one for one in WantedVersion.objects.all()}
    replicas = _replicas(known.values())
    rows = [row for replica in replicas for row in replica.rows]
    archives = {archive.version: archive for archive in catalogue.archives()}
    names = dict.fromkeys([*archives, *known, *(row.version for row in rows)])
    versions = tuple(
        VersionView(
            name, archives.get(name), known.get(name), tuple(row for row in rows if row.version == name)
        )
        for name in names
    )
    return Overview(replicas, tuple(reversed(versions)), bool(known))


def _replicas(known: Collection[WantedVersion]) -> tuple[ReplicaView, ...]:
    seen = _seen()
    held_against = as_wanted(known) or _of_the_first(seen)
    return tuple(_replica(one, held_against) for one in seen)


def _ask_states() -> dict[str, int]:
    counts = Counter(replica.state for replica in _replicas(WantedVersion.objects.all()))
    return {state: counts[state] for state in STATES}


# How many replicas are in each state: {"as_wanted": 2, "differs": 0, "away": 0}.
states = Remembered(_ask_states, seconds=REMEMBER_SECONDS)


def _seen() -> list[Seen]:
    urls = transport.replicas()
    deadline = time.monotonic() + ASK_SECONDS
    with ThreadPoolExecutor(min(AT_ONCE, max(1, len(urls)))) as pool:
        return list(pool.map(lambda url: _ask(Replica(url, deadline)), urls))


def _ask(replica: Replica) -> Seen:
    try:
        return Seen(replica.url, replica.served())
    except ManagementError:
        return Seen(replica.url, None)


def _of_the_first(seen: Sequence[Seen]) -> list[Wanted]:
    served = next((one.served for one in seen if one.served), Served((), None))
    return [
        Wanted(one.version, one.archive, one.most_workers, one.version == served.default)
        for one in served.versions
    ]


def _replica(seen: Seen, wanted: Sequence[Wanted]) -> ReplicaView:
    if seen.served is None:
        return ReplicaView(seen.url, is_away=True, rows=())
    by_name = {one.version: one for one in wanted}
    names = dict.fromkeys([*by_name, *(one.version for one in seen.served.versions)])
    rows = tuple(_row(seen.url, seen.served, name, by_name.get(name)) for name in names)
    return ReplicaView(seen.url, is_away=False, rows=rows)


def _row(url: str, served: Served, name: str, wanted: Wanted | None) -> Row:
    loaded, is_default = served.get(name), served.default == name
    return Row(url, name, loaded, is_default, _difference(loaded, wanted, is_default))


def _difference(loaded: LoadedVersion | None, wanted: Wanted | None, is_default: bool) -> str:
    if wanted is None:
        return "not wanted here"
    if loaded is None:
        return "missing"
    if loaded.archive != wanted.archive:
        return f"from another archive, {loaded.archive}"
    if is_default != wanted.is_default:
        return "the default here alone" if is_default else "not the default here"
    return _too_few(loaded, wanted.workers)


def _too_few(loaded: LoadedVersion, count: int) -> str:
    if not loaded.has_workers(count):
        return f"{loaded.most_workers} workers in place of {count}"
    return "" if loaded.ready >= count else f"{loaded.ready} of {count} workers can read"
