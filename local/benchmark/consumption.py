"""What processes use: time of the CPU and memory, as the kernel counts them.

The peak is VmHWM of /proc: ru_maxrss of getrusage would not do, a process inherits it from its starter.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import psutil

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def family(pid: int) -> list[psutil.Process]:
    """A process and all that it started, and they."""
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def cpu_ms(pid: int) -> float:
    """Time that a family has computed so far, for itself and within the kernel."""
    times = [member.cpu_times() for member in family(pid)]
    return 1000 * sum(each.user + each.system for each in times)


def peak_mb(processes: Iterable[psutil.Process]) -> float:
    """The most memory that each has held, added up; pages that they share count for each."""
    return sum(_peak_kb(process.pid) for process in processes) / 1024


def _peak_kb(pid: int) -> int:
    found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0
