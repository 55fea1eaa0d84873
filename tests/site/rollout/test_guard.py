import os
import signal
from datetime import timedelta
from random import Random

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from pymano.rollout import guard
from pymano.rollout.models import Observation, Rollout
from pymano.serving.models import ModelEvent, WantedVersion
from tests.site.rollout.seen import observe, observe_kept


@pytest.fixture
def canary(start) -> Rollout:
    return start(share=50)


def reason(rollout):
    rollout.refresh_from_db()
    return "" if rollout.is_running else rollout.reason


def test_a_canary_that_fails_is_ended(canary):
    observe(canary, "default", 20)
    observe(canary, "canary", 20, outcome="unknownversion")
    assert guard.look() == [canary]
    assert reason(canary).startswith(
        "1.2 gave no reading 20 times of 20, 1.0 0 times of 20. By chance alone: p < 0.0001; at look 1"
    )
    assert canary.ended_by is None
    assert canary.wanted is None
    event = ModelEvent.objects.get(action="canary_ended")
    assert (event.version, event.actor, event.details) == ("1.2", None, canary.reason)


def test_a_canary_that_is_slow_is_ended(canary):
    observe(canary, "default", 40, duration_ms=80)
    observe(canary, "canary", 20, duration_ms=300)
    guard.look()
    assert reason(canary).startswith("1.2 took 303 ms at the median, 1.0 83 ms: more than the 25 % longer")


def test_a_canary_that_is_corrected_more_is_ended(canary, alice):
    for person in "abcd":
        observe_kept(canary, "default", alice, 8, person=person)
        observe_kept(canary, "canary", alice, 2, person=person + "'")
        observe_kept(canary, "canary", alice, 4, person=person + "'", correction="hullo")
    guard.look()
    assert reason(canary).startswith("Readings of 1.2 were corrected 16 times of 24, of 1.0 0 times of 32.")


def test_one_that_is_as_good_stays(canary):
    for role in ("default", "canary"):
        observe(canary, role, 40)
        observe(canary, role, 2, outcome="busy")
    assert guard.look() == []
    assert not reason(canary)
    assert canary.looks == 1


def test_what_is_better_stays(canary):
    observe(canary, "default", 40, outcome="busy")
    observe(canary, "default", 40, duration_ms=500)
    observe(canary, "canary", 40)
    guard.look()
    assert not reason(canary)


def test_a_few_readings_are_no_ground(canary):
    observe(canary, "default", 100)
    observe(canary, "canary", 19, outcome="busy")
    guard.look()
    assert not reason(canary)
    assert canary.looks == 0


def test_it_looks_again_only_at_half_as_much_again(canary):
    observe(canary, "canary", 20)
    for _ in range(3):
        guard.look()
    assert not reason(canary)
    assert canary.looks == 1
    assert guard.next_look(canary) == 30
    observe(canary, "canary", 10)
    guard.look()
    canary.refresh_from_db()
    assert canary.looks == 2


def test_corrections_are_news_too(canary, alice):
    made = observe_kept(canary, "canary", alice, 20)
    guard.look()
    for prediction in made[:10]:
        prediction.correct("hullo")
    guard.look()
    canary.refresh_from_db()
    assert canary.looks == 2


def test_all_looks_together_spend_what_is_allowed():
    assert sum(guard.limit(number) for number in range(1, 100_000)) * guard.MEASURES == pytest.approx(
        guard.FALSE_ALARMS, rel=1e-4
    )


def test_equal_versions_are_seldom_told_apart(canary):
    """Forty rollouts of a version like the default, each looked at up to seven times."""
    random, alarms = Random(11), 0
    for _ in range(40):
        canary.looks = 0
        canary.slot = "canary"
        canary.save()
        Observation.objects.all().delete()
        for _ in range(7):
            for role in ("default", "canary"):
                for outcome in ("read", "busy"):
                    times = sum(random.random() < (0.9 if outcome == "read" else 0.1) for _ in range(40))
                    observe(canary, role, times, outcome=outcome, duration_ms=random.randrange(40, 60))
            if guard.look():
                alarms += 1
                break
    assert alarms <= 4


def test_two_guards_look_once(canary, monkeypatch):
    observe(canary, "canary", 20, outcome="busy")
    observe(canary, "default", 20)
    counted = guard.evidence

    def meanwhile(rollout):
        monkeypatch.setattr(guard, "evidence", counted)
        monkeypatch.setattr(guard, "compare", lambda _: pytest.fail("The second guard has looked."))
        Rollout.objects.update(looks=1)  # the first was here
        return counted(rollout)

    monkeypatch.setattr(guard, "evidence", meanwhile)
    assert guard.look() == []
    canary.refresh_from_db()
    assert canary.looks == 1


def test_where_there_is_nothing_new_little_is_asked(canary, django_assert_max_num_queries):
    observe(canary, "canary", 20)
    guard.look()
    with django_assert_max_num_queries(6) as asked:
        guard.look()
    assert not [query for query in asked.captured_queries if "duration_ms" in query["sql"]]


def test_nobody_sees_a_shadow_and_it_stays(start):
    cast = start("shadow")
    observe(cast, "default", 40)
    observe(cast, "shadow", 40, outcome="busy")
    assert guard.look() == []


@pytest.mark.parametrize("kind", ["canary", "shadow"])
def test_where_it_has_become_the_default_its_trial_is_over(start, tried, kind):
    rollout = start(kind)
    tried.make_default()
    assert guard.look() == [rollout]
    assert reason(rollout) == "1.2 is the default now."


def test_with_another_default_the_comparison_is_over(canary):
    WantedVersion.objects.create(version="1.3", archive="x", sha256="x").make_default()
    guard.look()
    assert reason(canary) == "The default is 1.3 now; it was compared with 1.0."


def test_old_observations_go(canary, settings):
    settings.OBSERVATIONS_KEPT_DAYS = 30
    observe(canary, "canary", 3, at=timezone.now() - timedelta(days=31))
    observe(canary, "canary", 2, at=timezone.now() - timedelta(days=29))
    guard.look()
    assert Observation.objects.count() == 2
    settings.OBSERVATIONS_KEPT_DAYS = 0
    observe(canary, "canary", 1, at=timezone.now() - timedelta(days=9999))
    guard.look()
    assert Observation.objects.count() == 3


@pytest.mark.parametrize("error", [OperationalError("gone"), RuntimeError("unheard of")])
def test_the_watch_goes_on_whatever_happens(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(guard, "look", fail)
    guard.watch()


@pytest.mark.django_db(transaction=True)
def test_the_loop_of_models_keeps_the_watch(canary, nowhere, monkeypatch):
    observe(canary, "canary", 20, outcome="busy")
    observe(canary, "default", 20)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    look = guard.look

    def look_and_end():
        try:
            look()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(guard, "look", look_and_end)
    try:
        call_command("reconcile_models", every=0.01)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert reason(canary).startswith("1.2 gave no reading 20 times of 20")
