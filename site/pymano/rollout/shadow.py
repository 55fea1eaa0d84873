"""Readings in the shadow: asked for in the background, after the answer was made, and shown to nobody.

One thread in each process asks for one after the other, in moments when the process asks nothing for anybody.
What comes while its queue is full is dropped, and counted; what its owner has deleted meanwhile is not kept.
"""

import logging
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Final

from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F

from pymano import metrics
from pymano.recognition.models import Prediction
from pymano.recognition.refusal import Refusal
from pymano.rollout.edits import normalised
from pymano.rollout.models import Observation, Rollout, ShadowReading
from pymano.serving.client import Reading, RecogniserError

log = logging.getLogger(__name__)

# Each may hold a picture of 10 MB.
ROOM: Final = 8
# Where there is no quiet moment for so long, it asks all the same.
PATIENCE_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Question:
    """What a shadow is asked, and what was shown; the observation is unsaved, and lacks how it ends."""

    observation: Observation
    shown: Prediction
    ask: Callable[[], Reading]


class Shadow:
    """The thread, and what waits for it."""

    def __init__(self, answer: Callable[[Question], None], room: int = ROOM) -> None:
        self.answer = answer
        self.waiting: queue.Queue[tuple[Context, Question]] = queue.Queue(room)
        self._lock = threading.Lock()
        self._quiet = threading.Condition()
        self._asked_for_people = 0
        self._thread: threading.Thread | None = None
        self._dropped: Counter[int] = Counter()

    def cast(self, question: Question) -> None:
        """Have it answered later, or drop it; return at once."""
        self._start()
        try:
            self.waiting.put_nowait((copy_context(), question))
        except queue.Full:
            metrics.SHADOW_READINGS.labels("dropped").inc()
            with self._lock:
                self._dropped[question.observation.rollout_id] += 1

    @contextmanager
    def standing_aside(self) -> Iterator[None]:
        """Ask nothing while something is asked for somebody."""
        with self._quiet:
            self._asked_for_people += 1
        try:
            yield
        finally:
            with self._quiet:
                self._asked_for_people -= 1
                self._quiet.notify_all()

    def _await_quiet(self) -> None:
        with self._quiet:
            self._quiet.wait_for(lambda: not self._asked_for_people, PATIENCE_SECONDS)

    def _start(self) -> None:
        # Not before the first question: gunicorn's workers are forked, and threads are not.
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            context, question = self.waiting.get()
            try:
                self._await_quiet()
                context.run(self.answer, question)
                self._write_dropped()
            except Error as error:
                log.warning("A reading in the shadow was not noted: %s", error)
            except Exception:
                log.exception("A reading in the shadow failed")
            finally:
                connection.close()
                self.waiting.task_done()

    def _write_dropped(self) -> None:
        with self._lock:
            dropped, self._dropped = self._dropped, Counter()
        for rollout_id, count in dropped.items():
            Rollout.objects.filter(pk=rollout_id).update(dropped=F("dropped") + count)


def answer(question: Question) -> None:
    """Ask the shadow, and keep what it says beside what was shown."""
    start, reading = time.monotonic(), None
    observation = question.observation
    try:
        reading = question.ask()
    except Refusal:
        observation.outcome = "refused"
    except RecogniserError as error:
        observation.outcome = type(error).__name__.lower()
    observation.duration_ms = round(1000 * (time.monotonic() - start))
    metrics.SHADOW_READINGS.labels(observation.outcome).inc()
    try:
        _keep(observation, reading, question.shown)
    except IntegrityError:
        log.info("Nothing is kept of a shadow's reading: what it read is deleted.")


def _keep(observation: Observation, reading: Reading | None, shown: Prediction) -> None:
    with transaction.atomic():
        if reading is None:
            observation.prediction = observation.asked_at = None
        observation.save(force_insert=True)
        if reading is not None:
            ShadowReading.objects.create(
                observation=observation,
                prediction=shown,
                text=reading.text,
                agrees=normalised(reading.text) == normalised(shown.text),
            )


_shadow = Shadow(answer)
cast = _shadow.cast
standing_aside = _shadow.standing_aside
finish = _shadow.waiting.join
