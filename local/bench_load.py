"""`make bench-load`: people at a human pace, programs as fast as it goes, and memory over many readings.

It starts servers of its own and asks nobody else; each stage is bounded in users, time and readings.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.faults import stack
from local.faults.stack import WORKERS, Stack
from local.load import memory, results, stage
from local.load.memory import Memory
from local.load.results import Stage

REPORT = Path(__file__).resolve().parent.parent / "reports" / "load.md"

PEOPLE = 50
STEPS = (4, 8, 16, 32, 64, 128)
MANY = 16
"""Programs at once while memory is watched."""
_PEOPLE_SECONDS, _STEP_SECONDS, _LONGEST_SECONDS = 60, 15, 1200
_EARLY = 2000
_WARM_UP = 300


def stages(product: Stack) -> Iterator[Stage]:
    """People, more and more programs, and people again, once the programs have gone."""
    yield stage.run(product, "Person", PEOPLE, _PEOPLE_SECONDS)
    for users in STEPS:
        yield stage.run(product, "Program", users, _STEP_SECONDS)
    yield stage.run(product, "Person", PEOPLE, _PEOPLE_SECONDS // 2)


def memories(product: Stack, readings: int) -> Iterator[Memory]:
    """Memory once every process has read, after an early count of readings, and in the end."""
    before = 0
    for count in (_WARM_UP, _EARLY, readings):
        yield _after(product, count, before)
        before = count


def _after(product: Stack, readings: int, before: int) -> Memory:
    stage.run(product, "Program", MANY, _LONGEST_SECONDS, readings - before)
    return Memory.now(readings, site=product.site_pid, torchserve=product.torchserve_pid)


def report(product: Stack, readings: int) -> Iterator[str]:
    """The lines of the report, each as soon as it is known."""
    yield f"# Load, {os.cpu_count()} cores, TorchServe's workers: {WORKERS}, processes of the site: 2"
    yield ""
    yield from results.table(results.HEAD, (each.cells() for each in stages(product)))
    yield ""
    held = list(memories(product, readings))
    yield from results.table(memory.HEAD, (each.cells() for each in held))
    yield ""
    yield memory.grown(*held[-2:])


def _count(word: str) -> int:
    if not word.isdecimal() or int(word) <= _EARLY:
        raise argparse.ArgumentTypeError(f"more than {_EARLY} readings, not {word}")
    return int(word)


def main() -> None:
    """Print the report line by line, and write it."""
    parser = argparse.ArgumentParser(prog="make bench-load", description=__doc__)
    parser.add_argument("--readings", type=_count, default=10_000, help="over which memory is watched")
    readings: int = parser.parse_args().readings
    lines = []
    with tempfile.TemporaryDirectory() as name, stack.running(Path(name), {}, PEOPLE) as product:
        for line in report(product, readings):
            print(line, flush=True)  # noqa: T201
            lines.append(line)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
