import uuid

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from pymano import metrics
from pymano.recognition.models import Prediction
from pymano.recognition.reading import read
from pymano.recognition.refusal import Refusal
from pymano.rollout import models, router
from pymano.rollout.models import Observation, Role, Rollout
from pymano.rollout.router import Trial
from pymano.serving import client
from tests.site.drawings import STROKES
from tests.site.rollout.people import person


@pytest.fixture
def canary(start) -> Rollout:
    return start(share=50)


@pytest.fixture
def hers(canary):
    """Somebody of the canary's share."""
    return person(canary, canary=True)


@pytest.fixture
def his(canary):
    """Somebody who is not."""
    return person(canary, canary=False)


def seen():
    return [(one.role, one.outcome) for one in Observation.objects.order_by("pk")]


def test_the_canary_reads_for_its_share(torchserve, hers, his):
    assert read(owner=hers, ink=STROKES)[0].model_version == "1.2"
    assert read(owner=his, ink=STROKES)[0].model_version == "1.0"
    assert torchserve.versions == ["1.2", ""]


def test_who_reads_is_noted_without_a_name(torchserve, canary, hers):
    prediction, _ = read(owner=hers, ink=STROKES, decoder="best-path")
    one = Observation.objects.get()
    assert (one.rollout, one.role, one.outcome, one.kind) == (canary, "canary", "read", "ink, best-path")
    assert (one.prediction, one.asked_at) == (prediction, prediction.asked_at)
    assert one.person == Trial(canary.pk, "1.2", 50).pseudonym(hers.pk)
    assert str(hers.pk) != one.person
    assert hers.username not in str(vars(one))


def test_a_share_is_of_the_people_and_stays_theirs():
    people = range(2000)
    small, large = Trial(7, "1.2", 10), Trial(7, "1.2", 40)
    takes_small, takes_large = ({one for one in people if trial.takes(one)} for trial in (small, large))
    assert takes_small < takes_large
    assert len(takes_small) == pytest.approx(200, abs=60)
    assert len(takes_large) == pytest.approx(800, abs=90)


def test_another_rollout_takes_others():
    people = range(1000)
    one, other = ({who for who in people if Trial(i, "1.2", 30).takes(who)} for i in (1, 2))
    assert len(one & other) == pytest.approx(90, abs=40)


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [
        ("unknown", "unknownversion"),
        ("busy", "busy"),
        ("rubbish", "rubbish"),
        ("blank", "refused"),
        ("away", "unreachable"),
    ],
)
def test_where_the_canary_fails_the_default_reads(torchserve, hers, mood, outcome):
    torchserve.moods["1.2"] = mood
    fallbacks = metrics.CANARY_FALLBACKS.labels("1.2")._value
    before = fallbacks.get()
    prediction, _ = read(owner=hers, ink=STROKES)
    assert (prediction.text, prediction.model_version) == ("hello", "1.0")
    assert seen() == [("canary", outcome), ("default", "read")]
    assert [one.prediction for one in Observation.objects.order_by("pk")] == [None, prediction]
    assert fallbacks.get() == before + 1


def test_a_slow_canary_leaves_time_for_the_default(torchserve, hers, monkeypatch):
    monkeypatch.setattr(router, "CANARY_SECONDS", 0.2)
    torchserve.moods["1.2"] = "slow"
    assert read(owner=hers, ink=STROKES)[0].model_version == "1.0"
    assert seen() == [("canary", "tooslow"), ("default", "read")]


def test_together_they_take_less_than_gunicorn_waits():
    both = router.CANARY_SECONDS + client.READ_SECONDS + 2 * client.CONNECT_SECONDS
    assert both <= 20


def test_where_both_fail_there_is_no_reading(torchserve, hers):
    torchserve.mood = "busy"
    with pytest.raises(client.Busy):
        read(owner=hers, ink=STROKES)
    assert seen() == [("canary", "busy"), ("default", "busy")]


def test_what_nobody_can_read_is_nobodys_error(torchserve, hers, his):
    torchserve.mood = "blank"
    for owner in (hers, his):
        with pytest.raises(Refusal):
            read(owner=owner, ink=STROKES)
    assert seen() == []


def test_the_defaults_errors_are_noted(torchserve, his):
    torchserve.mood = "away"
    with pytest.raises(client.Unreachable):
        read(owner=his, ink=STROKES)
    assert seen() == [("default", "unreachable")]


def test_a_later_reading_of_a_drawing_takes_the_prediction_over(torchserve, hers):
    drawing = uuid.uuid4()
    read(owner=hers, ink=STROKES, drawing=drawing)
    prediction, _ = read(owner=hers, ink=STROKES, drawing=drawing)
    first, second = Observation.objects.order_by("pk")
    assert first.prediction == second.prediction == prediction
    assert first.asked_at < second.asked_at == Prediction.objects.get().asked_at


def test_an_observation_outlives_the_reading(torchserve, hers):
    read(owner=hers, ink=STROKES)[0].delete()
    assert Observation.objects.get().prediction is None


def test_a_reading_is_answered_where_it_cannot_be_noted(torchserve, hers, monkeypatch):
    def fail(_):
        raise DatabaseError("no")

    monkeypatch.setattr(router, "keep", fail)
    assert read(owner=hers, ink=STROKES)[0].model_version == "1.2"


def test_readings_go_on_where_it_is_not_known_what_is_on_trial(torchserve, alice, monkeypatch):
    def fail(_):
        raise DatabaseError("no")

    monkeypatch.setattr(models.RolloutQuerySet, "running", fail)
    assert read(owner=alice, ink=STROKES)[0].model_version == "1.0"


def test_after_the_end_the_default_reads(torchserve, canary, hers, sam):
    canary.end("Enough.", by=sam)
    router.trials.forget()
    assert read(owner=hers, ink=STROKES)[0].model_version == "1.0"
    assert seen() == []


def test_where_nothing_is_on_trial_a_reading_asks_the_database_nothing_more(torchserve, alice):
    with CaptureQueriesContext(connection) as first:
        read(owner=alice, ink=STROKES)
    with CaptureQueriesContext(connection) as second:
        read(owner=alice, ink=STROKES)
    of_trials = ["rollout" in query["sql"] for query in first.captured_queries]
    assert sum(of_trials) == 1
    assert len(second) == len(first) - 1


def test_a_canary_beside_a_shadow_is_not_shadowed(torchserve, start, canary, hers):
    start("shadow")
    read(owner=hers, ink=STROKES)
    assert [(one.rollout, one.role) for one in Observation.objects.all()] == [(canary, Role.CANARY)]
