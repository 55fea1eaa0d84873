"""Which version reads for whom while one is on trial, and what is noted of it.

A canary that gives no reading is asked once only; the default then answers, so that nobody goes without.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import Error
from django.utils.crypto import salted_hmac

from pymano import metrics
from pymano.recognition.models import Prediction
from pymano.recognition.refusal import Refusal
from pymano.recognition.routing import Ask, Route, Straight
from pymano.rollout import shadow
from pymano.rollout.models import READ, Kind, Observation, Role, Rollout, keep
from pymano.serving.client import Reading, RecogniserError
from pymano.serving.state import Remembered

log = logging.getLogger(__name__)

# For so long a process may not know of a change that another has made.
REMEMBER_SECONDS: Final = 5.0
# Less than the default has: after it there must be time for the default, before gunicorn's 30 s.
CANARY_SECONDS: Final = 4.0
REFUSED: Final = "refused"


@dataclass(frozen=True)
class Trial:
    """A rollout that runs, as far as readings need it."""

    rollout_id: int
    version: str
    share: int

    def takes(self, owner_id: int) -> bool:
        """Whether this person is among the share: always the same, and still so when the share grows."""
        digest = hashlib.sha256(f"{self.rollout_id}:{owner_id}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % 10_000 < 100 * self.share

    def pseudonym(self, owner_id: int) -> str:
        """Return the name under which this person's readings are counted; it leads back to nobody."""
        return salted_hmac(f"pymano.rollout.{self.rollout_id}", str(owner_id)).hexdigest()[:16]


@dataclass(frozen=True)
class Trials:
    """What is on trial."""

    canary: Trial | None = None
    shadow: Trial | None = None


def _ask() -> Trials:
    try:
        found = {
            rollout.kind: Trial(rollout.pk, rollout.version, rollout.share)
            for rollout in Rollout.objects.running()
        }
    except Error as error:
        log.warning("Not known what is on trial: %s", error)
        return Trials()
    return Trials(found.get(Kind.CANARY), found.get(Kind.SHADOW))


trials = Remembered(_ask, seconds=REMEMBER_SECONDS)


def route(owner_id: int, kind: str) -> Route:
    """Return the way of one reading: straight to the default where nothing is on trial."""
    now = trials()
    return Observed(now, owner_id, kind) if now.canary or now.shadow else Straight()


@dataclass(frozen=True)
class Seen:
    """That a version was asked, how it ended, and after how long."""

    role: Role
    outcome: str
    duration_ms: int


class Observed:
    """The way of one reading while something is on trial."""

    def __init__(self, now: Trials, owner_id: int, kind: str) -> None:
        self.trials = now
        self.owner_id = owner_id
        self.kind = kind
        self._ask: Ask | None = None
        self._seen: list[Seen] = []

    def read(self, ask: Ask) -> Reading:
        """Ask the canary where this person is of its share, and the default where that gives no reading."""
        self._ask = ask
        with shadow.standing_aside():
            return self._read(ask)

    def _read(self, ask: Ask) -> Reading:
        canary = self.trials.canary
        if canary is None or not canary.takes(self.owner_id):
            return self._by_default(ask)
        try:
            return self._watch(Role.CANARY, partial(ask, canary.version, seconds=CANARY_SECONDS))
        except (Refusal, RecogniserError) as error:
            log.warning("No reading by %s: %s: %s", canary.version, type(error).__name__, error)
            reading = self._by_default(ask)
            metrics.CANARY_FALLBACKS.labels(canary.version).inc()
            return reading

    def kept(self, prediction: Prediction | None) -> None:
        """Note how it went, and have the shadow read what the default has read."""
        self._note(prediction)
        if self.trials.shadow and prediction and self._seen[-1].role == Role.DEFAULT:
            self._cast_shadow(self.trials.shadow, prediction)

    def _by_default(self, ask: Ask) -> Reading:
        try:
            return self._watch(Role.DEFAULT, ask)
        except Refusal:
            # What neither can read is nobody's error.
            self._seen = [seen for seen in self._seen if seen.outcome != REFUSED]
            self._note(None)
            raise
        except RecogniserError:
            self._note(None)
            raise

    def _watch(self, role: Role, ask: Callable[[], Reading]) -> Reading:
        start, outcome = time.monotonic(), READ
        try:
            return ask()
        except Refusal:
            outcome = REFUSED
            raise
        except RecogniserError as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            self._seen.append(Seen(role, outcome, round(1000 * (time.monotonic() - start))))

    def _note(self, prediction: Prediction | None) -> None:
        of_canary = [
            self._row(trial, seen, prediction) for trial in _one(self.trials.canary) for seen in self._seen
        ]
        of_shadow = [
            self._row(trial, seen, prediction)
            for trial in _one(self.trials.shadow)
            for seen in self._seen
            if seen.role == Role.DEFAULT
        ]
        try:
            keep([*of_canary, *of_shadow])
        except Error as error:
            log.warning("A reading during a trial was not noted: %s", error)

    def _row(self, trial: Trial, seen: Seen, prediction: Prediction | None) -> Observation:
        left = prediction if seen.outcome == READ else None
        return Observation(
            rollout_id=trial.rollout_id,
            role=seen.role,
            outcome=seen.outcome,
            kind=self.kind,
            duration_ms=seen.duration_ms,
            person=trial.pseudonym(self.owner_id),
            prediction=left,
            asked_at=left.asked_at if left else None,
        )

    def _cast_shadow(self, trial: Trial, prediction: Prediction) -> None:
        assert self._ask is not None  # noqa: S101 - it was read before it was kept
        observation = self._row(trial, Seen(Role.SHADOW, READ, 0), prediction)
        shadow.cast(shadow.Question(observation, prediction, partial(self._ask, trial.version)))


def _one(trial: Trial | None) -> list[Trial]:
    return [trial] if trial else []
