"""Ends connections whose time is up. One thread watches them all: one a request costs as much as a query."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Deadlines:
    """Connections and when each has to be done, by the monotonic clock."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ends: dict[object, tuple[float, socket.socket]] = {}
        self._looks_at = 0.0
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, connection: socket.socket) -> Iterator[None]:
        """Let what comes in on a connection end after so many seconds, unless the block is left before."""
        key = object()
        self._add(key, time.monotonic() + seconds, connection)
        try:
            yield
        finally:
            with self._changed:
                self._ends.pop(key, None)

    def _add(self, key: object, end: float, connection: socket.socket) -> None:
        with self._changed:
            self._ends[key] = end, connection
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif end < self._looks_at:
                self._changed.notify()

    def _watch(self) -> None:
        """Look at the time of the earliest end that was known; who comes and goes before disturbs nobody."""
        with self._changed:
            while True:
                now = time.monotonic()
                for key in [key for key, (end, _) in self._ends.items() if end <= now]:
                    _shut(self._ends.pop(key)[1])
                self._looks_at = min((end for end, _ in self._ends.values()), default=threading.TIMEOUT_MAX)
                self._changed.wait(min(self._looks_at - now, threading.TIMEOUT_MAX))


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
