"""Whether TorchServe can read now, and how much: workers that are ready, which its /ping does not tell."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class State:
    """How TorchServe was when it was asked. Without an answer nothing is known of its queue."""

    recogniser: Literal["ready", "starting", "away"]
    ready_workers: int = 0
    queue_free: int | None = None
    """How many more readings its queue would take."""


class Remembered(Generic[Seen]):
    """Something as last seen, asked anew when older than `seconds`; meanwhile others take the old."""

    def __init__(
        self, ask: Callable[[], Seen], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.ask = ask
        self.seconds = seconds
        self.clock = clock
        self._lock = threading.Lock()
        self.forget()

    def __call__(self) -> Seen:
        """Return what was seen."""
        if self._seen is None:
            with self._lock:
                return self._fresh()
        if self._lock.acquire(blocking=False):
            try:
                return self._fresh()
            finally:
                self._lock.release()
        return self._seen[0]

    def forget(self) -> None:
        """Ask anew at the next call."""
        self._seen: tuple[Seen, float] | None = None

    def _fresh(self) -> Seen:
        if self._seen is None or self.clock() - self._seen[1] > self.seconds:
            self._seen = (self.ask(), self.clock())
        return self._seen[0]
