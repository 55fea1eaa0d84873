"""What people may do to the models, against two replicas that answer, fail or are away."""

import pytest

from pymano.serving import changes
from pymano.serving.changes import RefusedError
from pymano.serving.models import ModelEvent, Outcome, WantedVersion
from tests import archives
from tests.site.serving.conftest import want

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


def wanted():
    return {row.version: (row.workers, bool(row.is_default)) for row in WantedVersion.objects.all()}


def told():
    return [(event.action, event.version, event.outcome) for event in ModelEvent.objects.order_by("id")]


def test_the_first_change_keeps_what_is_served(replicas, sam):
    changes.register(version="1.2", workers=1, actor=sam)
    assert wanted() == {"1.1": (2, True), "1.2": (1, False)}
    assert told() == [("adopt", "1.1", "done"), ("register", "1.2", "done")]
    assert [replica.workers for replica in replicas] == [{"1.1": 2, "1.2": 1}] * 2


def test_what_is_served_must_be_approved_before_it_is_kept(replicas, store, sam):
    archives.approve(store, "crnn-1.2.mar")
    with pytest.raises(RefusedError, match=r"serves 1\.1 by default, which is no approved archive"):
        changes.register(version="1.2", workers=1, actor=sam)
    assert wanted() == {}


def test_without_a_torchserve_nobody_knows_what_to_keep(nowhere, sam):
    with pytest.raises(RefusedError, match="No TorchServe answers"):
        changes.register(version="1.2", workers=1, actor=sam)
    assert wanted() == {}


def test_who_did_it_is_kept_when_the_account_is_gone(replicas, sam):
    changes.register(version="1.2", workers=1, actor=sam)
    sam.delete()
    event = ModelEvent.objects.get(action="register")
    assert (event.actor, event.actor_name) == (None, "sam")


def test_an_archive_that_one_replica_refuses_leaves_everything_as_it_was(replicas, sam):
    want("1.1")
    replicas[1].dies.add("1.2")
    with pytest.raises(RefusedError, match=r"do not start\. Nothing was changed\."):
        changes.register(version="1.2", workers=1, actor=sam)
    assert wanted() == {"1.1": (2, True)}
    assert [replica.workers for replica in replicas] == [{"1.1": 2}] * 2
    assert told() == [("register", "1.2", "failed")]
    assert replicas[1].url in ModelEvent.objects.get().details


def test_workers_that_do_not_start_leave_the_number_as_it_was(replicas, sam):
    want("1.1")
    replicas[1].dies.add("1.1")
    with pytest.raises(RefusedError, match="could not get 5 workers"):
        changes.set_workers(version="1.1", workers=5, actor=sam)
    assert wanted() == {"1.1": (2, True)}
    assert replicas[0].workers == {"1.1": 2}


def test_a_default_that_a_replica_refuses_is_not_the_default(replicas, sam):
    want("1.1", "1.0")
    for replica in replicas:
        replica.workers["1.0"] = 2
    replicas[1].refuses["1.0"] = 500, "no"
    with pytest.raises(RefusedError):
        changes.set_default(version="1.0", actor=sam)
    assert wanted() == {"1.1": (2, True), "1.0": (2, False)}
    assert [replica.default for replica in replicas] == ["1.1", "1.1"]


def test_a_replica_that_is_away_hinders_nobody(replicas, sam):
    want("1.1")
    replicas[1].leave()
    brought = changes.register(version="1.2", workers=1, actor=sam)
    assert changes.notes("1.2", brought) == [f"TorchServe at {replicas[1].url} is away; it will follow."]
    assert wanted() == {"1.1": (2, True), "1.2": (1, False)}
    assert replicas[0].workers == {"1.1": 2, "1.2": 1}
    replicas[1].come_back()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda sam: changes.register(version="1.1", workers=1, actor=sam), "registered already"),
        (lambda sam: changes.register(version="9.9", workers=1, actor=sam), "no approved archive of 9.9"),
        (lambda sam: changes.unregister(version="1.1", actor=sam), "is the default"),
        (lambda sam: changes.unregister(version="1.2", actor=sam), "1.2 is not registered"),
        (lambda sam: changes.set_workers(version="1.2", workers=1, actor=sam), "1.2 is not registered"),
        (lambda sam: changes.set_default(version="1.2", actor=sam), "1.2 is not registered"),
        (lambda sam: changes.roll_back(actor=sam), "no earlier default"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(replicas, sam, change, reason):
    want("1.1")
    with pytest.raises(RefusedError, match=reason):
        change(sam)
    assert wanted() == {"1.1": (2, True)}
    assert [replica.changes for replica in replicas] == [[], []]


def test_an_archive_that_was_changed_is_not_registered(replicas, store, sam):
    want("1.1")
    (store / "crnn-1.2.mar").write_bytes(b"another program")
    with pytest.raises(RefusedError, match=r"The file crnn-1\.2\.mar is not the one whose hash was approved"):
        changes.register(version="1.2", workers=1, actor=sam)
    [event] = ModelEvent.objects.filter(action="register")
    assert (event.actor, event.version, event.outcome) == (sam, "1.2", Outcome.FAILED)
    assert "is not the one whose hash was approved" in event.details


def test_only_what_was_registered_and_never_used_is_given_up(replicas):
    want("1.1", "1.2", "1.0")
    for action, version in (
        ("register", "1.1"),
        ("register", "1.2"),
        ("register", "1.0"),
        ("set_workers", "1.0"),
    ):
        ModelEvent.record(action, version)
    for version in ("1.0", "1.1", "1.2", "9.9"):
        changes.give_up(version=version, reasons="Its workers do not start.")
    assert set(wanted()) == {"1.0", "1.1"}
    [event] = ModelEvent.objects.filter(outcome=Outcome.FAILED)
    assert (event.action, event.version, event.actor_name) == ("register", "1.2", "")
    assert event.details == "Its workers do not start. The registration is taken back."


def test_what_is_said_of_a_change_leaves_out_other_versions(replicas, sam):
    want("1.1", "1.0")
    for replica in replicas:
        replica.refuses["crnn-1.0.mar"] = 500, "Failed to save model"
    brought = changes.register(version="1.2", workers=1, actor=sam)
    assert all(outcome.problems for outcome in brought)
    assert changes.notes("1.2", brought) == []
    assert ModelEvent.objects.get(action="register").details == "1 worker."


def test_rolling_back_twice_goes_back_twice(replicas, sam):
    want("1.0", "1.1", "1.2")
    ModelEvent.record("adopt", "1.0")
    changes.set_default(version="1.1", actor=sam)
    changes.set_default(version="1.2", actor=sam)
    assert changes.previous_default() == "1.1"
    changes.roll_back(actor=sam)
    assert [replica.default for replica in replicas] == ["1.1", "1.1"]
    assert changes.previous_default() == "1.0"
    changes.roll_back(actor=sam)
    assert [replica.default for replica in replicas] == ["1.0", "1.0"]
    assert changes.previous_default() is None


def test_a_default_that_failed_is_none_to_go_back_to(replicas):
    want("1.1")
    ModelEvent.record("adopt", "1.0")
    ModelEvent.record("set_default", "1.2", outcome=Outcome.FAILED)
    ModelEvent.record("set_default", "1.1")
    assert changes.previous_default() == "1.0"


def test_rolling_back_registers_what_was_unregistered(replicas, sam):
    want("1.0", "1.1")
    ModelEvent.record("adopt", "1.0")
    changes.set_default(version="1.1", actor=sam)
    changes.unregister(version="1.0", actor=sam)
    changes.roll_back(actor=sam)
    assert wanted() == {"1.1": (2, False), "1.0": (2, True)}
    assert [replica.default for replica in replicas] == ["1.0", "1.0"]


def test_a_roll_back_that_fails_leaves_the_default(replicas, sam):
    want("1.0", "1.1")
    ModelEvent.record("adopt", "1.0")
    changes.set_default(version="1.1", actor=sam)
    changes.unregister(version="1.0", actor=sam)
    replicas[0].dies.add("1.0")
    with pytest.raises(RefusedError):
        changes.roll_back(actor=sam)
    assert wanted() == {"1.1": (2, True)}
    assert [replica.default for replica in replicas] == ["1.1", "1.1"]


def test_what_cannot_be_served_any_more_is_passed_over(replicas, store):
    want("1.2")
    for version in ("1.0", "1.1", "1.2"):
        ModelEvent.record("set_default", version)
    archives.approve(store, "crnn-1.0.mar", "crnn-1.2.mar")
    assert changes.previous_default() == "1.0"
