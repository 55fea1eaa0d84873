"""What each process of the product holds in memory, as time goes by."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

_WORKER = "model_service_worker.py"
HEAD = ("readings", "the site, MB", "TorchServe's workers, MB", "TorchServe's Java, MB")


@dataclass(frozen=True)
class Memory:
    """Resident memory in MB after so many readings, by what the processes are."""

    readings: int
    held: Mapping[str, float]

    @classmethod
    def now(cls, readings: int, *, site: int, torchserve: int) -> "Memory":
        """Look at the families of two processes, given by their numbers."""
        held = {"site": 0.0, "worker": 0.0, "java": 0.0}
        for process in _family(site):
            held["site"] += _megabytes(process)
        for process in _family(torchserve):
            held[_kind(process.cmdline())] += _megabytes(process)
        return cls(readings, held)

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        return (str(self.readings), *(f"{held:.0f}" for held in self.held.values()))


def grown(earlier: Memory, later: Memory) -> str:
    """By how much each kind grew in between, in a line."""
    shares = (f"{kind} {later.held[kind] / held - 1:+.1%}" for kind, held in earlier.held.items())
    return f"Memory from {earlier.readings} to {later.readings} readings: {', '.join(shares)}"


def _family(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def _kind(command: list[str]) -> str:
    """A worker, or Java with the program that started it."""
    return "worker" if any(Path(word).name == _WORKER for word in command) else "java"


def _megabytes(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6
