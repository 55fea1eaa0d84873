"""What `make bench` says of one thing: a row of times, a figure, or why there is neither."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

USUAL = 200
"""Answers a row."""
SLOW = 30
"""Answers a row where one takes long."""

_NAME = 54
HEADING = f"{'':<{_NAME}}{'median ms':>10}{'p99 ms':>10}{'readings/s':>12}"


@dataclass(frozen=True)
class Row:
    """What one way of asking gave: times of single answers in ms, and readings a second."""

    what: str
    median: float
    late: float
    """The 99th percentile."""
    rate: float

    @classmethod
    def of(cls, what: str, times: Sequence[float], rate: float) -> "Row":
        """Sum up the times of single answers, in ms."""
        late = sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]
        return cls(what, statistics.median(times), late, rate)

    def __str__(self) -> str:
        return f"{self.what:<{_NAME}}{self.median:>10.2f}{self.late:>10.2f}{self.rate:>12.1f}"


@dataclass(frozen=True)
class Figure:
    """One number and its unit."""

    what: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.what:<{_NAME}}{self.value:>10.2f} {self.unit}"


@dataclass(frozen=True)
class Missing:
    """What could not be measured here, and why."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what:<{_NAME}} {self.why}"


Entry = Row | Figure | Missing


def measure(what: str, ask: Callable[[], object], clients: int = 1, count: int = USUAL, each: int = 1) -> Row:
    """Ask `count` times from `clients` threads, once more before; each answer holds `each` readings."""

    ask()
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = list(pool.map(lambda _: milliseconds(ask), range(count)))
    return Row.of(what, times, count * each / (time.perf_counter() - begun))


def milliseconds(ask: Callable[[], object]) -> float:
    """How long one answer takes."""
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000
