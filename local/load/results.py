"""What came of a load: its requests, and a row of the table for each stage."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

GOOD = (200, 201, 204)
HEAD = ("who", "users", "answers", "readings/s", "median ms", "99 % ms", "longest ms", "by outcome")


@dataclass(frozen=True)
class Request:
    """One request: when it began, in seconds, how long it took, and the status or the error that ended it."""

    what: str
    begun: float
    ms: float
    outcome: int | str

    @property
    def is_good(self) -> bool:
        """Whether it was served."""
        return self.outcome in GOOD


def read(file: Path) -> list[Request]:
    """The requests that locust noted; a last line that was cut short does not count."""
    lines = file.read_text().split("\n")[:-1]
    return [Request(**json.loads(line)) for line in lines]


@dataclass(frozen=True)
class Stage:
    """So many users of a kind, and their requests."""

    who: str
    users: int
    requests: Sequence[Request]

    @property
    def rate(self) -> float:
        """Readings that were kept, a second."""
        good = [request for request in self.requests if request.is_good and request.what == "read"]
        if not good:
            return 0.0
        begun = min(request.begun for request in self.requests)
        ended = max(request.begun + request.ms / 1000 for request in self.requests)
        return len(good) / (ended - begun)

    def late(self, share: float) -> float:
        """The time in ms within which this share of the good answers came; 0 without any."""
        times = sorted(request.ms for request in self.requests if request.is_good)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    @property
    def outcomes(self) -> dict[str, int]:
        """How many of each status or error."""
        return dict(sorted(Counter(str(request.outcome) for request in self.requests).items()))

    def cells(self) -> tuple[str, ...]:
        """The row of the table. Times are of good answers; the longest is of all."""
        longest = max((request.ms for request in self.requests), default=0.0)
        counted = ", ".join(f"{outcome}: {number}" for outcome, number in self.outcomes.items())
        times = (f"{self.late(0.5):.0f}", f"{self.late(0.99):.0f}", f"{longest:.0f}")
        return (self.who, str(self.users), str(len(self.requests)), f"{self.rate:.1f}", *times, counted)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown, line by line, each row as soon as it is known."""
    yield _line(head)
    yield _line(["---"] * len(head))
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
