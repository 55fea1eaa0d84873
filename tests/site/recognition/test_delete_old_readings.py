import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pymano.recognition.management.commands import delete_old_readings
from pymano.recognition.models import Prediction
from pymano.recognition.storage import StorageAwayError, WholeFileStorage
from tests.site.drawings import picture
from tests.site.readings import keep


@pytest.fixture
def make(alice):
    """Keep a reading of so many days ago."""

    def make(days, *, data=None):
        return keep(alice, picture=data, created_at=timezone.now() - timedelta(days=days))

    return make


@pytest.fixture
def run(settings, capsys):
    """Apply a number of days; what is said."""

    def run(days=30):
        settings.READINGS_KEPT_DAYS = days
        call_command("delete_old_readings")
        return capsys.readouterr().out

    return run


def files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_what_is_older_goes_and_what_is_not_stays(make, run):
    make(31), make(400)
    kept = [make(29), make(0)]
    assert run().startswith("Deleted 2 readings made before ")
    assert set(Prediction.objects.all()) == set(kept)


def test_pictures_go_too(make, run, settings):
    make(31, data=picture())
    kept = make(1, data=picture())
    run()
    assert [str(path) for path in files(settings)] == [kept.picture.path]


def test_it_can_be_run_again(make, run):
    make(31)
    run()
    assert run().startswith("Deleted 0 readings")


def test_there_may_be_more_than_a_batch(make, run, monkeypatch):
    monkeypatch.setattr(delete_old_readings, "BATCH", 2)
    for _ in range(5):
        make(31)
    assert run().startswith("Deleted 5 readings")
    assert not Prediction.objects.exists()


def test_without_a_number_of_days_all_are_kept(make, run):
    make(10_000)
    assert run(0) == "Readings are kept for ever: READINGS_KEPT_DAYS is 0.\n"
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("error", [StorageAwayError, PermissionError])
def test_where_a_picture_cannot_go_its_reading_stays(make, run, monkeypatch, error):
    old = make(31, data=picture())

    def fail(*_):
        raise error("no")

    with monkeypatch.context() as away:
        away.setattr(WholeFileStorage, "delete", fail)
        with pytest.raises(CommandError, match="Run this again later"):
            run()
    assert Prediction.objects.get() == old
    run()
    assert not Prediction.objects.exists()


def test_a_picture_that_is_gone_already_is_no_obstacle(make, run):
    old = make(31, data=picture())
    old.picture.storage.delete(old.picture.name)
    assert run().startswith("Deleted 1 readings")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_delete_each_once(make, settings, monkeypatch):
    monkeypatch.setattr(delete_old_readings, "BATCH", 3)
    for _ in range(30):
        make(31)
    deleted, errors = [], []
    before = timezone.now() - timedelta(days=30)

    def work():
        try:
            while count := delete_old_readings.delete_batch(before):
                deleted.append(count)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, sum(deleted)) == ([], 30)
    assert not Prediction.objects.exists()
