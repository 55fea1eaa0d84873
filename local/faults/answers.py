"""What clients saw: each answer, and what a fault made of many."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from local.faults.work import Question

Outcome = int | str
"""A status, or what became of the connection: one of the next three."""
REFUSED, BROKEN, HUNG = "refused", "broken", "hung"

KEPT = (200, 201)


@dataclass(frozen=True)
class Answer:
    """One request and what came of it; times are seconds of the monotonic clock."""

    client: int
    question: Question
    begun: float
    ended: float
    outcome: Outcome
    code: str = ""
    """Of a problem: its stable code."""
    retry_after: bool = False
    id: str = ""
    """Of a reading: its id."""

    @property
    def is_good(self) -> bool:
        """Whether it was read and, says the site, kept."""
        return self.outcome in KEPT

    @property
    def seconds(self) -> float:
        """How long the client waited."""
        return self.ended - self.begun


def counts(answers: Iterable[Answer]) -> dict[str, int]:
    """How many of each outcome, statuses first: {"201": 40, "503 recogniser_away": 3, "refused": 2}."""
    counted = Counter(f"{answer.outcome} {answer.code}".strip() for answer in answers)
    return dict(sorted(counted.items()))


def longest(answers: Iterable[Answer]) -> float:
    """The longest that a client waited."""
    return max((answer.seconds for answer in answers), default=0.0)


def recovery(answers: Sequence[Answer], ended: float) -> float:
    """Seconds from the end of a fault to the first of the good answers that nothing but good ones followed.

    Each client counts, and the last one decides. Zero where nothing failed after the fault's end.
    """
    late = [_recovered(own, ended) for own in _by_client(answers)]
    return max(late, default=0.0)


def is_settled(answers: Sequence[Answer], clients: int, since: float, streak: int = 3) -> bool:
    """Whether the latest `streak` answers of every client are good and were asked for after `since`."""
    latest = [own[-streak:] for own in _by_client(answers)]
    return len(latest) == clients and all(
        len(own) == streak and all(answer.is_good and answer.begun >= since for answer in own)
        for own in latest
    )


def _recovered(own: Sequence[Answer], ended: float) -> float:
    bad = [place for place, answer in enumerate(own) if not answer.is_good and answer.ended >= ended]
    if not bad:
        return 0.0
    after = own[bad[-1] + 1 :]
    return (after[0].ended if after else own[-1].ended) - ended


def _by_client(answers: Iterable[Answer]) -> list[list[Answer]]:
    own: dict[int, list[Answer]] = {}
    for answer in sorted(answers, key=lambda answer: answer.begun):
        own.setdefault(answer.client, []).append(answer)
    return list(own.values())
