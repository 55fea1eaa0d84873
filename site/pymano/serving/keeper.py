"""Keeps the replicas in the wanted state, round after round, and tells only what is new."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from django.db import Error as DatabaseError
from django.db import close_old_connections

from pymano.serving.bringing import Lives, Outcome, Problem
from pymano.serving.changes import Action, give_up
from pymano.serving.models import ModelEvent
from pymano.serving.models import Outcome as Ended
from pymano.serving.reconcile import reconcile

log = logging.getLogger(__name__)

SECONDS: Final = 60.0
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 900.0


class Keeper:
    """What the rounds remember: which replicas are away, and which versions cannot be loaded where.

    An archive that cannot be loaded costs TorchServe seconds of work: it is tried again after half a
    minute, then after ever longer pauses, up to a quarter of an hour.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._away: set[str] = set()
        self._known: dict[tuple[str, str], tuple[Problem, float, float]] = {}
        self._lives = Lives()
        self._database_away = False

    def round(self) -> list[Outcome]:
        """Bring all replicas to the wanted state once; what went wrong is noted, and never raised."""
        try:
            close_old_connections()
            outcomes = reconcile(seconds=SECONDS, known=self._hopeless, lives=self._lives)
            self._forget_all_but({outcome.url for outcome in outcomes})
            for outcome in outcomes:
                self._note(outcome)
            _give_up_what_dies([outcome for outcome in outcomes if not outcome.is_away])
        except DatabaseError as error:
            self._note_database(away=True, why=str(error))
            return []
        self._note_database(away=False)
        return outcomes

    def _hopeless(self, url: str, version: str) -> Problem | None:
        problem, _, until = self._known.get((url, version), (None, 0.0, 0.0))
        return problem if self._clock() < until else None

    def _forget_all_but(self, urls: set[str]) -> None:
        self._away &= urls
        self._known = {key: known for key, known in self._known.items() if key[0] in urls}

    def _note(self, outcome: Outcome) -> None:
        self._note_away(outcome)
        for change in outcome.changes:
            log.info("%s: %s", outcome.url, change)
            ModelEvent.record(Action.RECONCILE, change.version, details=f"{outcome.url}: {change}.")
        if not outcome.is_away:
            self._note_problems(outcome.url, outcome.problems)

    def _note_away(self, outcome: Outcome) -> None:
        if outcome.is_away and outcome.url not in self._away:
            self._away.add(outcome.url)
            log.warning("%s: away", outcome.url)
        elif not outcome.is_away and outcome.url in self._away:
            self._away.remove(outcome.url)
            log.info("%s: there again", outcome.url)

    def _note_problems(self, url: str, problems: Iterable[Problem]) -> None:
        met = {(url, problem.version): problem for problem in problems}
        if (url, "") not in met:  # or else it did not say how its versions are
            for key in [key for key in self._known if key[0] == url and key not in met]:
                del self._known[key]
        for key, problem in met.items():
            self._note_problem(key, problem)

    def _note_problem(self, key: tuple[str, str], problem: Problem) -> None:
        before, pause, until = self._known.get(key, (None, FIRST_PAUSE / 2, 0.0))
        if before and self._clock() < until:
            return
        pause = min(LONGEST_PAUSE, 2 * pause) if problem.lasting else 0.0
        self._known[key] = (problem, pause, self._clock() + pause)
        if problem == before:
            return
        log.warning("%s: %s", key[0], problem)
        if problem.lasting:
            details = f"{key[0]}: {problem}."
            ModelEvent.record(Action.RECONCILE, problem.version, outcome=Ended.FAILED, details=details)

    def _note_database(self, *, away: bool, why: str = "") -> None:
        if away and not self._database_away:
            log.warning("The database is away: %s", why)
        elif self._database_away and not away:
            log.info("The database is there again.")
        self._database_away = away


def _give_up_what_dies(outcomes: Sequence[Outcome]) -> None:
    """Take back what was registered and whose workers start in no replica that answers."""
    dying = [{problem for problem in outcome.problems if problem.dies} for outcome in outcomes]
    for problem in set.intersection(*dying) if dying else ():
        at = ", ".join(outcome.url for outcome in outcomes)
        give_up(version=problem.version, reasons=f"At {at}: {problem}.")
