import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction

from pymano.recognition.models import Prediction
from tests.site.drawings import STROKES, picture


@pytest.fixture
def make(alice):
    def make(text: str = "hello", *, owner=alice, data: bytes = b"", **more) -> Prediction:
        prediction = Prediction(
            owner=owner,
            text=text,
            confidence=0.9,
            strokes=None if data else STROKES,
            model_name="crnn",
            model_version="1.0",
            duration_ms=5,
            **more,
        )
        if data:
            prediction.picture.save("photo.png", ContentFile(data), save=False)
        prediction.save()
        return prediction

    return make


def test_what_is_kept_comes_back_as_it_was(make):
    """Letters of four bytes, numbers as JSON has them, and times to the microsecond."""
    strokes = [[[0.1, -1e-7, 123456789.5, None], [3, 1e21, 0.25]], []]
    asked_at = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    made = make(
        "\U0001f600 \U00020bb7",
        drawing=uuid.uuid4(),
        asked_at=asked_at,
        alternatives=[{"text": "\U0001f600"}],
    )
    Prediction.objects.filter(pk=made.pk).update(strokes=strokes)
    made.correct("\U0001f44b\U0001f3fd e\u0301t\xe9")
    kept = Prediction.objects.get(drawing=made.drawing)
    assert (kept.pk, kept.text, kept.strokes, kept.asked_at) == (made.pk, made.text, strokes, asked_at)
    assert kept.alternatives == [{"text": "\U0001f600"}]
    assert kept.correction == "\U0001f44b\U0001f3fd \xe9t\xe9"
    assert Prediction.objects.matching("\U0001f44b\U0001f3fd ETE").get() == kept


def test_the_newest_is_first_to_the_microsecond(make):
    when = datetime(2026, 2, 28, tzinfo=UTC)
    made = [make(str(n), created_at=when + timedelta(microseconds=n)) for n in (2, 3, 1)]
    assert list(Prediction.objects.all()) == [made[1], made[0], made[2]]


def files(settings) -> list[str]:
    return sorted(str(path.relative_to(settings.MEDIA_ROOT)) for path in settings.MEDIA_ROOT.rglob("*.*"))


def test_each_sees_their_own_newest_first(make, alice, bob):
    first, second = make("first"), make("second")
    make("hers not", owner=bob)
    assert list(Prediction.objects.of(alice)) == [second, first]


def test_nobody_has_none(make):
    from django.contrib.auth.models import AnonymousUser

    make()
    assert not Prediction.objects.of(AnonymousUser())


@pytest.mark.parametrize(
    "query", ["ecole", "ÉCOLE", "École", "e\u0301cole", "col", "  école ", "oeuvre", "ŒUVRE", ""]
)
def test_it_is_found_whatever_the_case_and_the_accents(make, query):
    found = make("L'École, l'œuvre")
    assert list(Prediction.objects.matching(query)) == [found]


@pytest.mark.parametrize("query", ["%", "_", "ecoles", "\\", "\x00"])
def test_it_is_not_found_by_anything_else(make, query):
    make("école")
    assert not Prediction.objects.matching(query)


def test_it_is_found_by_its_correction_too(make):
    prediction = make("hallo")
    prediction.correct("Hèllo")
    assert (
        Prediction.objects.matching("hello").get() == Prediction.objects.matching("hallo").get() == prediction
    )


def test_the_correction_is_the_best_text(make):
    prediction = make("hallo")
    assert (prediction.best_text, str(prediction)) == ("hallo", "hallo")
    prediction.correct("  hello\n")
    prediction.refresh_from_db()
    assert (prediction.best_text, prediction.correction, prediction.text) == ("hello", "hello", "hallo")


def test_corrections_are_kept_composed(make):
    prediction = make()
    prediction.correct("e\u0301te\u0301")
    assert prediction.correction == "été"


def test_a_correction_can_be_taken_back(make):
    prediction = make()
    prediction.correct("hello")
    prediction.correct("")
    prediction.refresh_from_db()
    assert prediction.correction is None


def test_a_correction_leaves_the_rest_alone(make):
    prediction = make("old")
    Prediction.objects.filter(pk=prediction.pk).update(text="new", folded="new")
    prediction.correct("right")
    prediction.refresh_from_db()
    assert (prediction.text, prediction.folded) == ("new", "new\nright")


def test_one_owner_has_one_prediction_a_drawing(make, alice, bob):
    drawing = "0b9d2b8e-3b43-4f0d-8b58-0c8f6f2f6a11"
    make(drawing=drawing)
    make(drawing=drawing, owner=bob)
    make(), make()
    with pytest.raises(IntegrityError), transaction.atomic():
        make(drawing=drawing)


def test_pictures_lie_under_their_owner_with_a_name_that_nobody_chose(make, alice, settings):
    make(data=picture())
    (name,) = files(settings)
    assert name.startswith(f"pictures/{alice.pk}/")
    assert name.endswith(".png")
    assert "photo" not in name


@pytest.mark.django_db(transaction=True)
def test_the_file_goes_with_the_row(make, settings):
    make(data=picture()).delete()
    assert files(settings) == []


@pytest.mark.django_db(transaction=True)
def test_the_files_go_with_many_rows_and_with_their_owner(make, alice, bob, settings):
    make(data=picture()), make(data=picture()), make(owner=bob, data=picture())
    Prediction.objects.of(alice).delete()
    assert len(files(settings)) == 1
    bob.delete()
    assert files(settings) == []


@pytest.mark.django_db(transaction=True)
def test_the_file_stays_when_the_row_does(make, settings):
    prediction = make(data=picture())
    with transaction.atomic():
        prediction.delete()
        transaction.set_rollback(True)
    assert len(files(settings)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_gone_already_is_no_obstacle(make, settings):
    prediction = make(data=picture())
    prediction.picture.storage.delete(prediction.picture.name)
    prediction.delete()
    assert not Prediction.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone has one writer")
def test_writers_wait_for_each_other(make):
    """Several write to one file: with the journal and the time-out of the settings, none is turned away."""
    errors: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(10):
                make()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Prediction.objects.count() == 60


def test_what_may_train_is_corrected_or_confirmed_and_not_withdrawn_and_its_owner_agrees(make, alice, bob):
    alice.agree_to_teach(True)
    corrected, confirmed, withdrawn = make(), make(), make()
    make("nobody said anything of it")
    make("bob's, who has not agreed", owner=bob).correct("x")
    corrected.correct("hallo")
    confirmed.correct("hello")
    withdrawn.correct("hello")
    withdrawn.set_withdrawn(True)
    assert set(Prediction.objects.teaching()) == {corrected, confirmed}
    withdrawn.set_withdrawn(False)
    assert set(Prediction.objects.teaching()) == {corrected, confirmed, withdrawn}
    alice.agree_to_teach(False)
    assert not Prediction.objects.teaching()


def test_withdrawing_saves_nothing_else(make):
    made = make()
    stale = Prediction.objects.get(pk=made.pk)
    made.correct("hallo")
    stale.set_withdrawn(True)
    kept = Prediction.objects.get()
    assert (kept.correction, kept.withdrawn) == ("hallo", True)
    assert kept.updated_at > made.created_at
