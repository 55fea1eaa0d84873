import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from pymano.recognition.management.commands import delete_lost_pictures
from pymano.recognition.models import Prediction
from pymano.recognition.storage import StorageAwayError, WholeFileStorage
from tests.site.drawings import picture
from tests.site.readings import keep

STORAGE = Prediction._meta.get_field("picture").storage


@pytest.fixture
def run(capsys):
    """Run it; what is said."""

    def run():
        call_command("delete_lost_pictures")
        return capsys.readouterr().out

    return run


def aged(name, **age):
    """Make a stored picture as old as this."""
    then = (timezone.now() - timedelta(**age)).timestamp()
    os.utime(STORAGE.path(name), (then, then))
    return name


def leave(owner, **age):
    """Store a picture that no reading names."""
    return aged(STORAGE.save(f"pictures/{owner.pk}/lost.png", ContentFile(picture())), **age)


def test_a_picture_without_a_reading_goes(alice, run):
    name = leave(alice, hours=2)
    assert run() == "Deleted 1 pictures that no reading names.\n"
    assert not STORAGE.exists(name)


def test_a_picture_with_a_reading_stays_however_old(alice, run):
    kept = keep(alice, picture=picture())
    aged(kept.picture.name, days=900)
    assert run().startswith("Deleted 0")
    assert STORAGE.exists(kept.picture.name)


def test_a_picture_may_wait_a_moment_for_its_reading(alice, run):
    name = leave(alice, minutes=30)
    assert run().startswith("Deleted 0")
    assert STORAGE.exists(name)


def test_there_may_be_more_than_a_batch(alice, bob, run, monkeypatch):
    monkeypatch.setattr(delete_lost_pictures, "BATCH", 2)
    kept = [keep(owner, picture=picture()) for owner in (alice, bob)]
    for one in kept:
        aged(one.picture.name, hours=2)
    lost = [leave(owner, hours=2) for owner in (alice, bob) for _ in range(3)]
    assert run().startswith("Deleted 6")
    assert not any(map(STORAGE.exists, lost))
    assert all(STORAGE.exists(one.picture.name) for one in kept)


@pytest.mark.django_db
def test_where_nobody_has_stored_any_there_is_nothing_to_do(run):
    assert run().startswith("Deleted 0")


def test_a_picture_that_its_owner_deletes_meanwhile_is_no_obstacle(alice, run, monkeypatch):
    leave(alice, hours=2)

    def gone(*_):
        raise FileNotFoundError

    monkeypatch.setattr(WholeFileStorage, "get_modified_time", gone)
    assert run().startswith("Deleted 0")


def test_a_storage_that_is_away_is_said(alice, run, monkeypatch):
    leave(alice, hours=2)

    def fail(*_):
        raise StorageAwayError("no")

    monkeypatch.setattr(WholeFileStorage, "delete", fail)
    with pytest.raises(CommandError, match="Run this again later"):
        run()
