import threading
import time

import pytest
from django.db import connections
from rest_framework.test import APIRequestFactory

from pymano.api.models import Allowance
from pymano.api.throttles import PredictionThrottle
from pymano.recognition.reading import OwnerGoneError


def request_of(user):
    request = APIRequestFactory().post("/")
    request.user = user
    return request


@pytest.fixture
def ask(alice, settings):
    """Ask at a time, as Alice unless told otherwise; True when it is let through."""
    settings.THROTTLE_PREDICTIONS = "4/min"
    throttle = PredictionThrottle()

    def asked(at, user=alice):
        throttle.timer = lambda: at
        return throttle.allow_request(request_of(user), None)

    asked.throttle = throttle
    return asked


def test_a_quota_may_be_used_at_once(ask):
    assert [ask(1000) for _ in range(5)] == [True] * 4 + [False]


def test_it_refills_evenly(ask):
    for _ in range(4):
        ask(1000)
    assert [ask(1014), ask(1015), ask(1016), ask(1030)] == [False, True, False, True]


def test_it_is_never_more_than_the_quota(ask):
    ask(1000)
    assert [ask(1_000_000) for _ in range(5)] == [True] * 4 + [False]


def test_what_is_refused_costs_nothing(ask):
    for _ in range(4):
        ask(1000)
    assert not any(ask(1001) for _ in range(50))
    assert ask(1015)


def test_it_says_how_long_to_wait(ask):
    for _ in range(5):
        ask(1003)
    seconds = ask.throttle.wait()
    assert seconds == pytest.approx(15)
    assert [ask(1003 + seconds - 0.01), ask(1003 + seconds + 0.01)] == [False, True]


def test_each_has_a_quota_of_their_own(ask, bob):
    for _ in range(4):
        ask(1000)
    assert ask(1000, bob)


def test_a_quota_that_grew_counts_at_once(ask, alice, settings):
    for _ in range(4):
        ask(1000)
    assert not Allowance.take(alice.pk, quota=60, period=60, now=1001)


def test_it_goes_with_its_owner(ask, alice):
    ask(1000)
    alice.delete()
    assert not Allowance.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_account_that_was_deleted_meanwhile_has_none(ask, alice):
    gone = type(alice)(pk=alice.pk)
    alice.delete()
    with pytest.raises(OwnerGoneError):
        ask(1000, gone)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_are_counted_one_by_one(settings, alice):
    settings.THROTTLE_PREDICTIONS = "5/min"
    allowed: list[bool] = []
    together = threading.Barrier(12)
    now = time.time()

    def come():
        throttle = PredictionThrottle()
        throttle.timer = lambda: now
        together.wait()
        allowed.append(throttle.allow_request(request_of(alice), None))
        connections.close_all()

    threads = [threading.Thread(target=come) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 12
    assert allowed.count(True) == 5
