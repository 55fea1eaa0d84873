"""manage.py reconcile_models: brings every TorchServe to the versions that are wanted, once or for ever."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pymano.rollout import guard
from pymano.serving.bringing import Outcome
from pymano.serving.keeper import SECONDS, Keeper
from pymano.serving.reconcile import reconcile


class Command(BaseCommand):
    """Registers, sets workers and the default, and unregisters, until each replica is as it should be.

    Repeated, it changes nothing more; it may run in several places at once. With --every it goes on until
    SIGTERM, whatever is away meanwhile, and the guard looks at what is on trial.
    """

    help = "Bring every TorchServe to the model versions that are wanted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how often to do it, and where to leave a sign of life."""
        parser.add_argument("--every", type=float, metavar="SECONDS", help="again and again, until SIGTERM")
        parser.add_argument("--alive", type=Path, metavar="FILE", help="touch this file after each round")

    def handle(self, *, every: float | None, alive: Path | None, **_: Any) -> None:
        """Do it."""
        if every is None:
            self._once()
        elif every <= 0:
            raise CommandError("--every needs a number of seconds above 0.")
        else:
            self._for_ever(every, alive)

    def _once(self) -> None:
        outcomes = reconcile(seconds=SECONDS)
        if not outcomes:
            self.stdout.write("Nothing is to be done: no version is wanted yet, or no TorchServe is known.")
        for outcome in outcomes:
            self.stdout.writelines(_lines(outcome))
        if not all(outcome.is_right for outcome in outcomes):
            raise CommandError("Not every TorchServe is as it should be.")

    def _for_ever(self, seconds: float, alive: Path | None) -> None:
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        keeper = Keeper()
        while not end.is_set():
            keeper.round()
            guard.watch()
            if alive:
                alive.touch()
            end.wait(seconds)


def _lines(outcome: Outcome) -> list[str]:
    told = ["is away"] if outcome.is_away else [*map(str, outcome.changes), *map(str, outcome.problems)]
    return [f"{outcome.url}: {line}\n" for line in told or ["is as it should be"]]
