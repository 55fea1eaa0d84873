import threading

import pytest
from django.db import connections

from pymano import metrics
from pymano.recognition.models import Prediction
from pymano.recognition.pictures import Picture
from pymano.recognition.reading import read
from pymano.rollout import shadow
from pymano.rollout.models import Observation, Rollout, ShadowReading
from pymano.rollout.shadow import Question, Shadow
from pymano.serving import client
from tests.site.drawings import STROKES, picture
from tests.site.rollout.people import person

pytestmark = pytest.mark.django_db(transaction=True)
PHOTO = Picture(picture(), "image/png")


@pytest.fixture
def cast(start) -> Rollout:
    return start("shadow")


def shadows():
    shadow.finish()
    return Observation.objects.filter(role="shadow")


@pytest.mark.parametrize("ink", [STROKES, PHOTO], ids=["ink", "picture"])
def test_it_is_asked_too_and_never_shown(torchserve, alice, cast, ink):
    prediction, _ = read(owner=alice, ink=ink)
    one = shadows().get()
    assert prediction.model_version == Prediction.objects.get().model_version == "1.0"
    assert torchserve.versions == ["", "1.2"]
    assert torchserve.asked[0] == torchserve.asked[1]
    assert (one.rollout, one.outcome, one.prediction) == (cast, "read", prediction)
    assert (one.shadow_reading.text, one.shadow_reading.agrees) == ("hello", True)


def test_the_default_is_noted_beside_it(torchserve, alice, cast):
    read(owner=alice, ink=STROKES)
    shadow.finish()
    default, shadowy = Observation.objects.order_by("pk")
    assert (default.role, shadowy.role) == ("default", "shadow")
    assert default.person == shadowy.person
    assert default.asked_at == shadowy.asked_at


def test_the_answer_does_not_wait_for_it(torchserve, alice, cast):
    torchserve.moods["1.2"] = "slow"
    prediction, _ = read(owner=alice, ink=STROKES)
    assert prediction.text == "hello"
    assert not Observation.objects.filter(role="shadow").exists()
    torchserve.release.set()
    assert shadows().get().outcome == "read"


def test_it_stands_aside_while_somebody_waits_for_a_reading(torchserve, alice, cast):
    begun = threading.Event()
    one = Shadow(lambda _: begun.set())
    with one.standing_aside(), one.standing_aside():
        one.cast(question(cast, Prediction(owner=alice)))
        assert not begun.wait(0.3)
    one.waiting.join()
    assert begun.is_set()


def test_it_does_not_stand_aside_for_ever(alice, cast, monkeypatch):
    monkeypatch.setattr(shadow, "PATIENCE_SECONDS", 0.05)
    begun = threading.Event()
    one = Shadow(lambda _: begun.set())
    with one.standing_aside():
        one.cast(question(cast, Prediction(owner=alice)))
        assert begun.wait(30)


def test_while_it_is_asked_for_somebody_it_stands_aside(torchserve, alice, cast, monkeypatch):
    counts = []

    def counting(*_, **__):
        counts.append(shadow._shadow._asked_for_people)
        return client.Reading("hello", 0.9, (), (), "crnn", "1.0")

    monkeypatch.setattr(client, "read_ink", counting)
    read(owner=alice, ink=STROKES)
    shadow.finish()
    assert counts == [1, 0]


def test_whether_it_agrees_is_a_matter_of_texts(torchserve, alice, cast, monkeypatch):
    recognised = client.read_ink

    def differently(*arguments, version=None, **more):
        said = recognised(*arguments, version=version, **more)
        return client.Reading(**{**vars(said), "text": "hullo"}) if version else said

    monkeypatch.setattr(client, "read_ink", differently)
    read(owner=alice, ink=STROKES)
    told = shadows().get().shadow_reading
    assert (told.text, told.agrees) == ("hullo", False)


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [("busy", "busy"), ("blank", "refused"), ("unknown", "unknownversion"), ("rubbish", "rubbish")],
)
def test_its_errors_are_its_own(torchserve, alice, cast, mood, outcome):
    torchserve.moods["1.2"] = mood
    assert read(owner=alice, ink=STROKES)[0].text == "hello"
    one = shadows().get()
    assert (one.outcome, one.prediction) == (outcome, None)
    assert not ShadowReading.objects.exists()


def test_it_survives_what_it_does_not_expect(torchserve, alice, cast, monkeypatch, caplog):
    def fail(_):
        raise RuntimeError("unheard of")

    with monkeypatch.context() as broken:
        broken.setattr(shadow._shadow, "answer", fail)
        read(owner=alice, ink=STROKES)
        shadow.finish()
    assert "A reading in the shadow failed" in caplog.text
    read(owner=alice, ink=STROKES)
    assert shadows().count() == 1


def test_what_it_read_goes_with_the_prediction(torchserve, alice, cast):
    prediction, _ = read(owner=alice, ink=STROKES)
    shadow.finish()
    prediction.delete()
    assert not ShadowReading.objects.exists()
    assert shadows().get().prediction is None


def test_nothing_is_kept_of_what_is_deleted_before_it_answers(torchserve, alice, cast):
    torchserve.moods["1.2"] = "slow"
    read(owner=alice, ink=STROKES)[0].delete()
    torchserve.release.set()
    assert not shadows().exists()
    assert not ShadowReading.objects.exists()


def test_it_carries_the_request_s_id_on(torchserve, alice, cast, api):
    api(alice).post(
        "/api/v1/predictions/", {"strokes": STROKES}, format="json", headers={"X-Request-ID": "seven"}
    )
    shadow.finish()
    assert torchserve.request_ids == ["seven", "seven"]


def test_it_leaves_no_connection_open(torchserve, alice, cast):
    of_its_thread = []

    def answer(question):
        shadow.answer(question)
        of_its_thread.append(connections["default"])

    one = Shadow(answer)
    one.cast(question(cast, read(owner=alice, ink=STROKES)[0]))
    one.waiting.join()
    shadow.finish()
    assert [connection.connection for connection in of_its_thread] == [None]


def question(rollout, prediction, ask=None):
    observation = Observation(
        rollout=rollout, role="shadow", outcome="read", kind="ink, beam", duration_ms=0, person="x" * 16
    )
    return Question(observation, prediction, ask or (lambda: client.read_ink(STROKES, "beam", version="1.2")))


def test_what_it_has_no_room_for_is_dropped_and_counted(torchserve, alice, cast):
    dropped = metrics.SHADOW_READINGS.labels("dropped")._value
    before, begun, go_on = dropped.get(), threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(30)
        raise client.Busy

    one = Shadow(shadow.answer, room=2)
    prediction = Prediction(owner=alice, text="hello")
    one.cast(question(cast, prediction, wait))
    assert begun.wait(30)
    for _ in range(5):
        one.cast(question(cast, prediction, wait))
    go_on.set()
    one.waiting.join()
    assert dropped.get() == before + 3
    cast.refresh_from_db()
    assert cast.dropped == 3
    assert Observation.objects.filter(outcome="busy").count() == 3


def test_where_a_canary_fails_the_defaults_answer_has_a_shadow(torchserve, cast, start):
    hers = person(start("canary", share=50), canary=True)
    torchserve.moods["1.2"] = "busy"
    read(owner=hers, ink=STROKES)
    assert shadows().get().rollout == cast
