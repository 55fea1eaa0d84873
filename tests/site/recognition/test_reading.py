import threading
import uuid

import pytest
from django.db import connection, transaction

from pymano.recognition import reading
from pymano.recognition.models import Prediction
from pymano.recognition.pictures import Picture
from pymano.recognition.reading import OwnerGoneError, read, recognise
from pymano.recognition.refusal import Refusal
from pymano.serving import client
from tests.fake_torchserve import answer
from tests.site.drawings import STROKES, picture
from tests.site.recognition.test_models import files

MORE = [*STROKES, [[90, 10], [95, 40]]]
PHOTO = Picture(picture(), "image/png")


@pytest.fixture
def drawing() -> uuid.UUID:
    return uuid.uuid4()


def test_it_keeps_the_ink_as_it_came(torchserve, alice):
    prediction, is_new = read(owner=alice, ink=STROKES, decoder="best-path")
    assert is_new
    prediction.refresh_from_db()
    assert prediction.strokes == STROKES
    assert not prediction.picture
    assert (prediction.owner, prediction.decoder, prediction.drawing) == (alice, "best-path", None)


def test_it_keeps_what_was_read(torchserve, alice):
    prediction, _ = read(owner=alice, ink=STROKES)
    prediction.refresh_from_db()
    said = torchserve.says
    assert (prediction.text, prediction.confidence) == ("hello", 0.93)
    assert prediction.alternatives == said["alternatives"]
    assert prediction.characters == said["characters"]
    assert (prediction.model_name, prediction.model_version) == ("crnn", "1.0")
    assert prediction.duration_ms >= 0
    assert prediction.correction is None


def test_it_keeps_a_picture_as_a_file(torchserve, alice):
    prediction, _ = read(owner=alice, ink=PHOTO)
    prediction.refresh_from_db()
    assert prediction.strokes is None
    with prediction.picture.open() as file:
        assert file.read() == PHOTO.data
    assert torchserve.asked == [("image/png", PHOTO.data)]


@pytest.mark.parametrize("ink", [STROKES, PHOTO], ids=["ink", "picture"])
@pytest.mark.parametrize(
    ("mood", "error"),
    [("blank", Refusal), ("busy", client.Busy), ("rubbish", client.Rubbish), ("away", client.Unreachable)],
)
def test_it_keeps_nothing_without_a_reading(torchserve, alice, settings, ink, mood, error):
    torchserve.mood = mood
    with pytest.raises(error):
        read(owner=alice, ink=ink)
    assert not Prediction.objects.exists()
    assert files(settings) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("blank", "nothing_to_read"),
        ("truncated", "malformed"),
        ("malformed", "malformed"),
        ("too_large", "too_large"),
        ("unsupported", "unsupported_media_type"),
    ],
)
def test_a_refusal_of_the_recognisers_is_told_in_our_words(monkeypatch, said, code):
    def refuse(*_, **__):
        raise client.Refused(said)

    monkeypatch.setattr(client, "read_ink", refuse)
    with pytest.raises(Refusal) as refusal:
        recognise(STROKES, "beam")
    assert refusal.value.code == code


def test_a_later_reading_of_a_drawing_replaces_the_earlier(torchserve, alice, drawing):
    first, _ = read(owner=alice, ink=STROKES, drawing=drawing)
    torchserve.says = answer("hello there")
    second, is_new = read(owner=alice, ink=MORE, drawing=drawing)
    assert not is_new
    assert second.pk == first.pk
    kept = Prediction.objects.get()
    assert (kept.text, kept.strokes, kept.created_at) == ("hello there", MORE, first.created_at)


def test_a_drawing_of_anothers_is_another(torchserve, alice, bob, drawing):
    hers, _ = read(owner=alice, ink=STROKES, drawing=drawing)
    his, is_new = read(owner=bob, ink=MORE, drawing=drawing)
    assert is_new
    assert his.pk != hers.pk


@pytest.mark.parametrize(("before", "after"), [(STROKES, STROKES), (PHOTO, PHOTO)], ids=["ink", "picture"])
def test_the_correction_stays_with_the_same_ink(torchserve, alice, drawing, before, after):
    read(owner=alice, ink=before, drawing=drawing)[0].correct("hullo")
    read(owner=alice, ink=after, drawing=drawing, decoder="best-path")
    assert Prediction.objects.get().correction == "hullo"


@pytest.mark.parametrize(
    ("before", "after"),
    [(STROKES, MORE), (PHOTO, Picture(picture("GIF"), "image/gif")), (STROKES, PHOTO), (PHOTO, STROKES)],
    ids=["more ink", "another picture", "a picture for ink", "ink for a picture"],
)
def test_the_correction_goes_with_the_ink_that_it_was_of(torchserve, alice, drawing, before, after):
    read(owner=alice, ink=before, drawing=drawing)[0].correct("hullo")
    read(owner=alice, ink=after, drawing=drawing)
    assert Prediction.objects.get().correction is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [PHOTO, STROKES], ids=["picture", "ink"])
def test_a_replaced_picture_leaves_no_file(torchserve, alice, drawing, settings, after):
    read(owner=alice, ink=Picture(picture("GIF"), "image/gif"), drawing=drawing)
    read(owner=alice, ink=after, drawing=drawing)
    assert len(files(settings)) == (after is PHOTO)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ink", [STROKES, PHOTO], ids=["ink", "picture"])
def test_an_answer_that_comes_late_does_not_undo_a_newer_one(
    torchserve, alice, drawing, settings, monkeypatch, ink
):
    """The first reading takes so long that the second, of more ink, is done before it."""
    recognised = reading.recognise

    def slow(*arguments, **more):
        monkeypatch.setattr(reading, "recognise", recognised)
        read(owner=alice, ink=MORE, drawing=drawing)
        return recognised(*arguments, **more)

    monkeypatch.setattr(reading, "recognise", slow)
    stands, is_new = read(owner=alice, ink=ink, drawing=drawing)
    assert not is_new
    assert stands.strokes == Prediction.objects.get().strokes == MORE
    assert files(settings) == []


@pytest.mark.django_db(transaction=True)
def test_simultaneous_readings_of_one_drawing_are_one(torchserve, alice, drawing):
    together = threading.Barrier(6)
    results: list[object] = []

    def ask() -> None:
        together.wait(10)
        try:
            results.append(read(owner=alice, ink=STROKES, drawing=drawing)[1])
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == ["False"] * 5 + ["True"]
    assert Prediction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_it_waits(torchserve, alice, monkeypatch):
    recognised = reading.recognise

    def watched(*arguments):
        assert transaction.get_autocommit()
        return recognised(*arguments)

    monkeypatch.setattr(reading, "recognise", watched)
    assert read(owner=alice, ink=STROKES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ink", [STROKES, PHOTO], ids=["ink", "picture"])
def test_an_account_deleted_meanwhile_gets_nothing(torchserve, alice, settings, ink):
    gone = type(alice).objects.get(pk=alice.pk)
    alice.delete()
    with pytest.raises(OwnerGoneError):
        read(owner=gone, ink=ink)
    assert not Prediction.objects.exists()
    assert files(settings) == []


@pytest.mark.parametrize(
    ("mood", "outcome", "version"), [("ready", "read", "1.0"), ("blank", "nothing_to_read", "")]
)
def test_it_is_counted(torchserve, alice, mood, outcome, version):
    from pymano.metrics import READINGS

    torchserve.mood = mood
    counter = READINGS.labels(outcome, version)._value
    before = counter.get()
    if outcome == "read":
        read(owner=alice, ink=STROKES)
    else:
        with pytest.raises(Refusal):
            read(owner=alice, ink=STROKES)
    assert counter.get() == before + 1


def test_what_was_withdrawn_from_training_stays_so_while_it_grows(torchserve, alice, drawing):
    read(owner=alice, ink=STROKES, drawing=drawing)[0].set_withdrawn(True)
    read(owner=alice, ink=MORE, drawing=drawing)
    assert Prediction.objects.get().withdrawn
