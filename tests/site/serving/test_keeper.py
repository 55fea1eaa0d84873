"""Rounds that go on whatever happens, and tell each thing once."""

import threading
import time

import pytest
from django.db import OperationalError, connections

from pymano.serving import changes, management
from pymano.serving import keeper as module
from pymano.serving.keeper import FIRST_PAUSE, LONGEST_PAUSE, Keeper
from pymano.serving.models import ModelEvent, WantedVersion
from tests.site.serving.conftest import want

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keeper(clock):
    return Keeper(clock)


def told(caplog):
    return [record.getMessage() for record in caplog.records if record.name == module.__name__]


def test_it_writes_down_what_it_changed_and_nothing_else(replicas, keeper, caplog):
    caplog.set_level("INFO")
    replicas[1].workers["1.1"] = 1
    want("1.1")
    for _ in range(3):
        keeper.round()
    words = f"{replicas[1].url}: 1.1 has 2 workers"
    assert told(caplog) == [words]
    [event] = ModelEvent.objects.all()
    assert (event.action, event.version, event.actor_name) == ("reconcile", "1.1", "")
    assert event.details == f"{words}."


def test_one_that_goes_and_comes_is_told_once_each(replicas, keeper, caplog):
    caplog.set_level("INFO")
    want("1.1")
    replicas[0].leave()
    for _ in range(3):
        keeper.round()
    replicas[0].come_back()
    for _ in range(3):
        keeper.round()
    assert told(caplog) == [f"{replicas[0].url}: away", f"{replicas[0].url}: there again"]


def test_what_cannot_be_loaded_is_tried_ever_more_seldom(replicas, keeper, clock, caplog):
    want("1.1", "1.2")
    for replica in replicas:
        replica.refuses["crnn-1.2.mar"] = 500, "Failed to save model"

    def tries():
        keeper.round()
        return len(replicas[0].changes)

    assert [tries(), tries()] == [1, 1]
    clock.now += FIRST_PAUSE
    assert [tries(), tries()] == [2, 2]
    clock.now += FIRST_PAUSE
    assert tries() == 2
    clock.now += FIRST_PAUSE
    assert tries() == 3
    for more in range(20):
        clock.now += LONGEST_PAUSE
        assert tries() == 4 + more
    assert len(told(caplog)) == 2
    assert {(event.version, event.outcome) for event in ModelEvent.objects.all()} == {("1.2", "failed")}
    assert ModelEvent.objects.count() == 2


def test_what_cannot_be_loaded_is_remembered_while_a_server_is_busy(replicas, keeper, monkeypatch):
    want("1.1", "1.2")
    for replica in replicas:
        replica.refuses["crnn-1.2.mar"] = 500, "Failed to save model"
    keeper.round()
    with monkeypatch.context() as busy:
        busy.setattr(management, "ASK_SECONDS", 0.1)
        replicas[0].be_busy()
        keeper.round()
    keeper.round()
    assert [replica.changes for replica in replicas] == [["register crnn-1.2.mar 2"]] * 2
    assert ModelEvent.objects.count() == 2


def test_what_is_not_wanted_any_more_is_forgotten(replicas, keeper):
    want("1.1", "1.2")
    replicas[0].refuses["crnn-1.2.mar"] = 500, "Failed to save model"
    keeper.round()
    WantedVersion.objects.filter(version="1.2").delete()
    keeper.round()
    want_again = WantedVersion(version="1.2", archive="crnn-1.2.mar", sha256="", workers=2)
    want_again.save()
    del replicas[0].refuses["crnn-1.2.mar"]
    keeper.round()
    assert replicas[0].workers == {"1.1": 2, "1.2": 2}


def test_it_outlives_a_database_that_is_away(replicas, keeper, caplog, monkeypatch):
    caplog.set_level("INFO")
    want("1.1")

    def away(**_):
        raise OperationalError("no such server")

    with monkeypatch.context() as broken:
        broken.setattr(module, "reconcile", away)
        assert [keeper.round(), keeper.round()] == [[], []]
    assert all(outcome.is_right for outcome in keeper.round())
    assert told(caplog) == ["The database is away: no such server", "The database is there again."]


def test_a_registration_whose_workers_start_nowhere_is_taken_back(replicas, keeper):
    want("1.1", "1.2")
    ModelEvent.record("register", "1.2")
    replicas[0].dies.add("1.2")
    keeper.round()
    assert WantedVersion.objects.filter(version="1.2").exists()
    replicas[1].workers.pop("1.2")
    replicas[1].dies.add("1.2")
    keeper.round()
    assert [row.version for row in WantedVersion.objects.all()] == ["1.1"]
    event = ModelEvent.objects.filter(action="register").first()
    assert event.outcome == "failed"
    urls = f"{replicas[0].url}, {replicas[1].url}"
    why = "1.2 cannot be loaded: the workers of crnn-1.2.mar do not start"
    assert event.details == f"At {urls}: {why}. The registration is taken back."


def test_what_is_unregistered_while_it_is_loaded_is_no_failure(replicas, keeper, sam, store, caplog):
    caplog.set_level("INFO")
    want("1.1", "1.2")
    for replica in replicas:
        replica.hangs.add("1.2")

    def bring():
        keeper.round()
        connections.close_all()

    rounds = threading.Thread(target=bring)
    rounds.start()
    while not all("1.2" in replica.workers for replica in replicas):
        time.sleep(0.01)
    changes.unregister(version="1.2", actor=sam)
    rounds.join()
    assert [(event.action, event.version, event.outcome) for event in ModelEvent.objects.all()] == [
        ("unregister", "1.2", "done")
    ]
    assert told(caplog) == [f"{replica.url}: 1.2 was unregistered meanwhile" for replica in replicas]


def test_a_default_whose_workers_start_nowhere_stays_wanted(replicas, keeper):
    want("1.2", "1.1")
    ModelEvent.record("register", "1.2")
    for replica in replicas:
        replica.dies.add("1.2")
    keeper.round()
    assert WantedVersion.objects.get(is_default=True).version == "1.2"
