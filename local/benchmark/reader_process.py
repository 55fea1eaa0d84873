"""A process that only reads words: started with a bundle's folder, an engine and a count.

It says `ready`, waits for a line, reads, and says in JSON the times in ms and its peak memory in MB.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from crnn import bundle
from crnn.bundle import Choice
from local.benchmark import consumption, specimen

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Report:
    """What several processes did together."""

    times: list[float]
    """Of single readings, in ms."""
    rate: float
    """Readings a second, of all of them."""
    peak: float
    """MB that the largest has held."""


def together(folder: Path, engine: Choice, processes: int, count: int) -> Report:
    """Let processes read at the same time, `count` words each."""
    with ExitStack() as stack:
        readers = [stack.enter_context(_started(folder, engine, count)) for _ in range(processes)]
        begun = time.perf_counter()
        for reader in readers:
            print(file=reader.stdin, flush=True)
        said = [json.loads(_line(reader)) for reader in readers]
        rate = processes * count / (time.perf_counter() - begun)
    return Report([each for one in said for each in one["times"]], rate, max(one["peak"] for one in said))


@contextmanager
def _started(folder: Path, engine: Choice, count: int) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready; it ends with the context."""
    path = os.pathsep.join(map(str, (_ROOT / "handlers", _ROOT)))
    with subprocess.Popen(
        [sys.executable, "-m", "local.benchmark.reader_process", str(folder), engine, str(count)],
        env=dict(os.environ) | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _line(process)
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    """The next line; RuntimeError where the process ended instead, having said why on its own."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError("a process that reads words ended at once")
    return line


def main(folder: Path, engine: Choice, count: int) -> None:
    """Be such a process."""
    recogniser = bundle.load(folder, engine)
    for strokes in (specimen.WORD, specimen.LINE):
        specimen.read(recogniser, strokes)
    _say("ready")
    sys.stdin.readline()
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        specimen.read(recogniser, specimen.WORD)
        times.append((time.perf_counter() - begun) * 1000)
    _say(json.dumps({"times": times, "peak": consumption.peak_mb([psutil.Process()])}))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    _engine = next(choice for choice in bundle.CHOICES if choice == sys.argv[2])
    main(Path(sys.argv[1]), _engine, int(sys.argv[3]))
