"""Processes that a killed `make run` left behind: remembered in a file, ended by the next run."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

_END_SECONDS = 10.0


class Leftovers:
    """The servers of this folder; a process is known by its number and the time it began."""

    def __init__(self, file: Path) -> None:
        """Remember them in `file`."""
        self._file = file

    def remember(self, pid: int) -> None:
        """Add a process that was just started."""
        known = [*self._read(), (pid, psutil.Process(pid).create_time())]
        self._file.write_text(json.dumps(known))

    def end(self) -> None:
        """End those that still run, with their children, and forget all."""
        found = [process for pid, began in self._read() if (process := _running(pid, began))]
        family = [member for process in found for member in [process, *process.children(recursive=True)]]
        for process in family:
            _tell(process.terminate)
        for process in psutil.wait_procs(family, _END_SECONDS)[1]:
            _tell(process.kill)
        self._file.unlink(missing_ok=True)

    def _read(self) -> list[tuple[int, float]]:
        try:
            known = [(int(pid), float(began)) for pid, began in json.loads(self._file.read_text())]
            return [(pid, began) for pid, began in known if pid > 0]
        except (OSError, ValueError, TypeError):
            return []


def _running(pid: int, began: float) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if process.create_time() == began else None


def _tell(end: Callable[[], None]) -> None:
    with suppress(psutil.NoSuchProcess):
        end()
