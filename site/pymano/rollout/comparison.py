"""What was seen of two versions during a rollout: the default's readings, and those of the one on trial."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import F

from pymano.rollout.edits import distance, normalised
from pymano.rollout.models import READ, Kind, Observation, Role, Rollout
from pymano.rollout.statistics import Tally, effective, longer, more_often

# Of each version. Older ones hardly change what is found, and would make a page of a long rollout slow.
NEWEST: Final = 20_000


@dataclass(frozen=True)
class Seen:
    """One observation; with texts as long as the prediction still is of this very reading."""

    at: datetime
    outcome: str
    kind: str
    duration_ms: int
    person: str
    text: str | None
    correction: str | None
    shown: str | None
    agrees: bool | None


@dataclass(frozen=True)
class Arm:
    """One version's side; `judged` are the readings whose texts are compared with corrections."""

    role: Role
    version: str
    seen: Sequence[Seen]
    judged: Sequence[Seen]

    @property
    def readings(self) -> int:
        """How often it was asked."""
        return len(self.seen)

    @cached_property
    def people(self) -> int:
        """For how many people it was asked."""
        return len({one.person for one in self.seen})

    @cached_property
    def failed(self) -> Tally:
        """How often it gave no reading."""
        return Tally(sum(one.outcome != READ for one in self.seen), len(self.seen))

    @cached_property
    def failures(self) -> Mapping[str, int]:
        """What went wrong, and how often."""
        counts: dict[str, int] = defaultdict(int)
        for one in self.seen:
            if one.outcome != READ:
                counts[one.outcome] += 1
        return dict(sorted(counts.items()))

    @cached_property
    def durations(self) -> list[float]:
        """What its readings took, in ms, sorted."""
        return sorted(float(one.duration_ms) for one in self.seen if one.outcome == READ)

    @cached_property
    def durations_by_kind(self) -> Mapping[str, list[float]]:
        """The same, those of ink and pictures and of each decoder apart."""
        apart: dict[str, list[float]] = defaultdict(list)
        for one in self.seen:
            if one.outcome == READ:
                apart[one.kind].append(float(one.duration_ms))
        return apart

    @cached_property
    def corrected(self) -> Tally:
        """How many of its readings that still stand were corrected; one that was confirmed was not."""
        return _total(self.corrected_by_person)

    @cached_property
    def corrected_by_person(self) -> list[Tally]:
        """The same, each person's apart."""
        people: dict[str, list[bool]] = defaultdict(list)
        for one in self.seen:
            if one.text is not None:
                people[one.person].append(_is_corrected(one))
        return [Tally(sum(corrected), len(corrected)) for corrected in people.values()]

    @cached_property
    def edits(self) -> list[tuple[int, int]]:
        """Characters to change, and characters written, of what was corrected or confirmed.

        Each person's together, as people are what is drawn; of one person alone, each reading's.
        """
        people: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for one in self.judged:
            if one.text is not None and one.correction:
                people[one.person].append(_edits(one))
        if len(people) == 1:
            return [edits for apart in people.values() for edits in apart]
        return [(sum(e for e, _ in apart), sum(n for _, n in apart)) for apart in people.values()]

    @property
    def compared(self) -> int:
        """How many readings were corrected or confirmed."""
        return sum(one.text is not None and bool(one.correction) for one in self.judged)

    @cached_property
    def agreement(self) -> Tally:
        """How often a shadow read what was shown."""
        said = [one.agrees for one in self.seen if one.agrees is not None]
        return Tally(sum(said), len(said))


@dataclass(frozen=True)
class Comparison:
    """Both sides."""

    usual: Arm
    tried: Arm

    def chances(self, slower: int) -> dict[str, float]:
        """Return, of each measure, the probability of the tried version doing so much worse by chance.

        Durations count as longer beyond so many per cent of the default's. Nobody corrects a shadow.
        """
        allowed = 1 + slower / 100
        strata = [
            ([allowed * duration for duration in usual], self.tried.durations_by_kind.get(kind, []))
            for kind, usual in self.usual.durations_by_kind.items()
        ]
        chances = {"failed": more_often(self.usual.failed, self.tried.failed), "durations": longer(strata)}
        if self.tried.role == Role.CANARY:
            chances["corrected"] = more_often(
                effective(self.usual.corrected_by_person), effective(self.tried.corrected_by_person)
            )
        return chances


def compare(rollout: Rollout) -> Comparison:
    """Look at what was seen, at the newest of it where it is much."""
    usual = _seen(rollout, Role.DEFAULT)
    tried = _seen(rollout, Role(rollout.kind))
    # A shadow has read what the default was corrected on: of both, the same readings are judged.
    judged = [replace(one, text=one.shown) for one in tried] if rollout.kind == Kind.SHADOW else usual
    return Comparison(
        Arm(Role.DEFAULT, rollout.against, usual, judged),
        Arm(Role(rollout.kind), rollout.version, tried, tried),
    )


def _seen(rollout: Rollout, role: Role) -> list[Seen]:
    rows = Observation.objects.filter(rollout=rollout, role=role).order_by("-pk")[:NEWEST]
    found = rows.values(
        *("at", "outcome", "kind", "duration_ms", "person", "asked_at"),
        stands_since=F("prediction__asked_at"),
        shown=F("prediction__text"),
        correction=F("prediction__correction"),
        shadow=F("shadow_reading__text"),
        agrees=F("shadow_reading__agrees"),
    )
    return [_of_row(role, row) for row in found]


def _of_row(role: Role, row: dict[str, Any]) -> Seen:
    shadow, asked_at, since = row.pop("shadow"), row.pop("asked_at"), row.pop("stands_since")
    if asked_at is None or asked_at != since:
        row["shown"] = row["correction"] = shadow = None
    return Seen(text=shadow if role == Role.SHADOW else row["shown"], **row)


def _is_corrected(one: Seen) -> bool:
    return bool(one.correction) and normalised(one.correction or "") != normalised(one.text or "")


def _edits(one: Seen) -> tuple[int, int]:
    written = normalised(one.correction or "")
    return distance(written, normalised(one.text or "")), len(written)


def _total(tallies: Iterable[Tally]) -> Tally:
    each = list(tallies)
    return Tally(sum(tally.happened for tally in each), sum(tally.of for tally in each))
