import threading
import time
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import OperationalError
from rest_framework.test import APIRequestFactory

from pymano.api import throttles
from pymano.api.throttles import PredictionThrottle


@pytest.fixture
def request_of_alice(alice):
    request = APIRequestFactory().post("/")
    request.user = alice
    return request


def test_simultaneous_requests_are_counted_one_by_one(settings, request_of_alice):
    settings.THROTTLE_PREDICTIONS = "5/min"
    allowed: list[bool] = []

    def ask() -> None:
        throttle = PredictionThrottle()
        throttle.timer = lambda: time.sleep(0.01) or time.time()  # time enough for others to come between
        allowed.append(throttle.allow_request(request_of_alice, None))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowed.count(True) == 5


def test_a_turn_that_was_never_given_back_does_not_block_for_long(settings, request_of_alice, monkeypatch):
    monkeypatch.setattr(throttles, "LOCK_SECONDS", 0.05)
    throttle = PredictionThrottle()
    cache.add(f"{throttle.get_cache_key(request_of_alice, None)}:turn", 1, 60)
    assert throttle.allow_request(request_of_alice, None)


def test_a_cache_that_cannot_be_written_is_not_waited_for_again(request_of_alice, monkeypatch):
    def locked(*_):
        time.sleep(0.2)
        return False

    monkeypatch.setattr(throttles, "LOCK_SECONDS", 0.05)
    throttle = PredictionThrottle()
    monkeypatch.setattr(throttle, "cache", SimpleNamespace(add=locked))
    with pytest.raises(OperationalError):
        throttle.allow_request(request_of_alice, None)
