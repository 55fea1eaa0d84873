"""One stage of a load: locust, run for a while against a stack."""

import os
import subprocess
from pathlib import Path

from local.benchmark.specimen import write
from local.faults.stack import Stack
from local.load import results
from local.load.plan import NAME, Plan
from local.load.results import Stage

ROOT = Path(__file__).resolve().parents[2]
LOCUST = ROOT / ".run" / "load" / "bin" / "locust"
_LETTERS = "the chart"
_COMING_SECONDS = 5
"""Within which all users have come."""
_STOP_SECONDS = 15


class LoadError(RuntimeError):
    """Locust did not run; the message is its last line."""


def run(stack: Stack, who: str, users: int, seconds: int, readings: int = 1_000_000) -> Stage:
    """So many users for so long, or until so many readings; `who` is a class of the locustfile."""
    plan, out = stack.folder / "plan.json", stack.folder / "results.jsonl"
    Plan(stack.site.url, stack.users, _growing(), str(out), readings).save(plan)
    command = [
        str(LOCUST),
        *("--locustfile", str(Path(__file__).with_name("locustfile.py"))),
        *("--headless", "--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"),
        *("--users", str(users), "--spawn-rate", str(users / _COMING_SECONDS)),
        *("--run-time", f"{seconds}s", "--stop-timeout", str(_STOP_SECONDS)),
        who,
    ]
    environment = os.environ | {NAME: str(plan), "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        command, cwd=stack.folder, env=environment, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise LoadError((answer.stderr.strip().splitlines() or ["locust gave no reason"])[-1])
    return Stage(who, users, results.read(out))


def _growing() -> list[list[list[list[float]]]]:
    strokes = write(_LETTERS)
    return [strokes[: count * len(strokes) // 4] for count in range(1, 5)]
