"""How often a user may ask. Counted in the shared cache, so that all processes count together."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

LOCK_SECONDS = 2
RETRY_SECONDS = 0.01


class PredictionThrottle(UserRateThrottle):
    """Counts the readings that a user asks for, by whatever way they signed in."""

    scope = "predictions"

    def get_rate(self) -> str:
        """Return the rate of the settings, "240/min"."""
        return str(settings.THROTTLE_PREDICTIONS)

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request; False when there were too many. Simultaneous ones are counted one by one."""
        with self._turn(f"{self.get_cache_key(request, view)}:turn"):
            return bool(super().allow_request(request, view))

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """Wait for the others of the same user; after a while go on all the same, rather than fail.

        A database that cannot be written makes `add` wait long, and then say what it says of a turn that is
        taken. It would make each further step wait as long: OperationalError.
        """
        deadline = time.monotonic() + LOCK_SECONDS
        while not self.cache.add(key, 1, LOCK_SECONDS) and time.monotonic() < deadline:
            time.sleep(RETRY_SECONDS)
        if time.monotonic() > deadline + LOCK_SECONDS:
            raise OperationalError("The cache took too long to be written.")
        try:
            yield
        finally:
            self.cache.delete(key)
