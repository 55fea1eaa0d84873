"""The wanted state against two real TorchServe, of which one is killed, restarted, or started late."""

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from local.torchserve import TorchServe
from pymano.serving import changes, client
from pymano.serving.keeper import Keeper
from pymano.serving.management import Replica
from pymano.serving.models import ModelEvent, Outcome, WantedVersion
from pymano.serving.reconcile import reconcile
from tests import archives
from tests.served import running

STROKES = [[[0, 0], [10, 10]]]
STARTED_WITH = {"1.1": 1}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return archives.fill(tmp_path_factory.mktemp("served") / "model_store", "1.0", "1.1")


@pytest.fixture(scope="module")
def servers(tmp_path_factory, store):
    both = [TorchServe(tmp_path_factory.mktemp(name), archive=store / "crnn-1.1.mar") for name in "ab"]
    with running(*both):
        yield both


@pytest.fixture
def replicas(servers, store, settings, monkeypatch):
    """Both servers, as they were when they started; the site knows them, and has time on a busy machine."""
    monkeypatch.setattr(changes, "SECONDS", 60.0)
    settings.TORCHSERVE_MANAGEMENT_URL = ",".join(server.management_url for server in servers)
    settings.MODEL_STORE = store
    archives.approve(store, "crnn-1.0.mar", "crnn-1.1.mar")
    (store / "crnn-9.9.mar").unlink(missing_ok=True)
    want("1.1")
    Keeper().round()
    WantedVersion.objects.all().delete()
    ModelEvent.objects.all().delete()
    assert all(workers(server) == STARTED_WITH for server in servers)
    return servers


def want(*versions):
    """Want versions with one worker each; the first is the default."""
    for version in versions:
        row = WantedVersion(version=version, archive=f"crnn-{version}.mar", sha256="", workers=1)
        row.is_default = True if version == versions[0] else None
        row.save()


def served(server):
    return Replica(server.management_url, float("inf")).served()


def workers(server):
    """How many workers of each version can read."""
    return {version.version: version.ready for version in served(server).versions}


def pids(server):
    return sorted(worker.pid for version in served(server).versions for worker in version.workers)


def reads(server, settings, version=None):
    """Which version reads there."""
    settings.TORCHSERVE_INFERENCE_URL = server.inference_url
    return client.read_ink(STROKES, "beam", version=version).model_version


def kill(server):
    os.killpg(server._process.pid, signal.SIGKILL)
    server.stop()


def start(server):
    server.start()
    server.wait()


def test_nothing_is_wanted_until_somebody_decides(replicas):
    assert reconcile(seconds=60) == []
    assert all(workers(replica) == STARTED_WITH for replica in replicas)


def test_a_version_is_registered_made_default_and_rolled_back_in_all(replicas, settings, admin_user):
    changes.register(version="1.0", workers=2, actor=admin_user)
    for replica in replicas:
        assert workers(replica) == {"1.0": 2, "1.1": 1}
        assert reads(replica, settings) == "1.1"
        assert reads(replica, settings, "1.0") == "1.0"
    changes.set_workers(version="1.0", workers=1, actor=admin_user)
    changes.set_default(version="1.0", actor=admin_user)
    for replica in replicas:
        assert workers(replica) == {"1.0": 1, "1.1": 1}
        assert reads(replica, settings) == "1.0"
    changes.roll_back(actor=admin_user)
    assert [reads(replica, settings) for replica in replicas] == ["1.1", "1.1"]
    changes.unregister(version="1.0", actor=admin_user)
    assert [workers(replica) for replica in replicas] == [STARTED_WITH, STARTED_WITH]
    with pytest.raises(client.UnknownVersion):
        reads(replicas[0], settings, "1.0")
    assert [
        (event.action, event.version, event.actor_name) for event in ModelEvent.objects.order_by("id")
    ] == [
        ("adopt", "1.1", ""),
        ("register", "1.0", "admin"),
        ("set_workers", "1.0", "admin"),
        ("set_default", "1.0", "admin"),
        ("roll_back", "1.1", "admin"),
        ("unregister", "1.0", "admin"),
    ]


def test_a_second_time_it_changes_nothing(replicas):
    want("1.0", "1.1")
    assert all(outcome.changes for outcome in reconcile(seconds=60))
    before = [pids(replica) for replica in replicas]
    for outcome in reconcile(seconds=60):
        assert outcome.is_right
        assert outcome.changes == []
    assert [pids(replica) for replica in replicas] == before


def test_one_that_was_killed_follows_when_it_is_there_again(replicas, settings, admin_user):
    one, other = replicas
    keeper = Keeper()
    kill(other)
    changes.register(version="1.0", workers=1, actor=admin_user)
    assert "is away" in ModelEvent.objects.get(action="register").details
    changes.set_default(version="1.0", actor=admin_user)
    assert reads(one, settings) == "1.0"
    assert [outcome.is_away for outcome in keeper.round()] == [False, True]
    start(other)
    assert reads(other, settings) == "1.1"
    assert all(outcome.is_right for outcome in keeper.round())
    assert workers(other) == {"1.0": 1, "1.1": 1}
    assert reads(other, settings) == "1.0"


def test_one_that_starts_late_comes_up_right(replicas, settings, tmp_path, store):
    want("1.0")
    Keeper().round()
    late = TorchServe(tmp_path / "late", archive=store / "crnn-1.1.mar")
    start(late)
    try:
        settings.TORCHSERVE_MANAGEMENT_URL += f",{late.management_url}"
        Keeper().round()
        assert workers(late) == {"1.0": 1}
        assert reads(late, settings) == "1.0"
    finally:
        late.stop()


def test_two_at_once_do_no_harm(replicas):
    want("1.0", "1.1")

    def bring(_):
        try:
            return reconcile(seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(bring, range(2)))
    assert all(outcome.is_right for outcome in reconcile(seconds=60))
    for replica in replicas:
        assert workers(replica) == {"1.0": 1, "1.1": 1}
        assert served(replica).default == "1.0"


def no_zip(store):
    (store / "crnn-9.9.mar").write_bytes(b"no archive at all")


def cut_short(store):
    whole = archives.write(store, "9.9").read_bytes()
    (store / "crnn-9.9.mar").write_bytes(whole[: len(whole) // 2])


def cannot_start(store):
    archives.write(store, "9.9", handler=archives.CANNOT_START)


def holds_another_version(store):
    archives.write(store, "8.8", named="9.9")


def is_in_no_other_store(store):
    """The site's store has it, TorchServe's does not."""
    archives.write(store, "9.9")


@pytest.mark.parametrize(
    ("breaking", "reason"),
    [
        (no_zip, "9.9 (cannot be loaded|is not what)"),
        (cut_short, "9.9 cannot be loaded"),
        (cannot_start, "the workers of crnn-9.9.mar do not start"),
        (holds_another_version, "is not what crnn-9.9.mar holds"),
        (is_in_no_other_store, "there is no crnn-9.9.mar in its model store"),
    ],
)
def test_a_broken_archive_leaves_everything_as_it_was(
    replicas, store, settings, tmp_path, admin_user, breaking, reason
):
    place = tmp_path / "model_store" if breaking is is_in_no_other_store else store
    settings.MODEL_STORE = archives.fill(place, "1.0", "1.1")
    breaking(place)
    archives.approve(place, "crnn-1.0.mar", "crnn-1.1.mar", "crnn-9.9.mar")
    with pytest.raises(changes.RefusedError, match=reason):
        changes.register(version="9.9", workers=1, actor=admin_user)
    assert [row.version for row in WantedVersion.objects.all()] == ["1.1"]
    for replica in replicas:
        assert workers(replica) == STARTED_WITH
        assert served(replica).default == "1.1"
    event = ModelEvent.objects.get(action="register")
    assert event.outcome == Outcome.FAILED
    assert re.search(reason, event.details)
