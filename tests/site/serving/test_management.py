"""What a replica says, and what goes wrong in asking it."""

import json
import time
from datetime import UTC, datetime

import pytest

from pymano.serving.management import Away, Garbled, Rejected, Replica, Slow
from tests.answering import answering
from tests.fake_management import FakeManagement


def replica(url, seconds=5.0):
    return Replica(url, time.monotonic() + seconds)


def test_it_is_described_as_it_describes_itself():
    with FakeManagement({"1.0": 1, "1.1": 2}, default="1.1") as fake:
        fake.states["1.1"] = ["READY", "UNLOADING"]
        served = replica(fake.url).served()
    assert served.default == "1.1"
    loaded = served.get("1.1")
    assert loaded.archive == "crnn-1.1.mar"
    assert (loaded.ready, loaded.workers_by_state) == (1, {"READY": 1, "UNLOADING": 1})
    assert (loaded.batch_size, loaded.batch_delay_ms) == (4, 5)
    assert (loaded.queue_free, loaded.queue_waiting) == (97, 3)
    assert loaded.since == datetime(2026, 1, 2, 3, 4, 0, tzinfo=UTC)
    assert [worker.pid for worker in loaded.workers] == [100, 101]


def test_one_that_serves_nothing_says_so():
    with FakeManagement({}, default="") as fake:
        served = replica(fake.url).served()
    assert (served.versions, served.default) == ((), None)


def test_nobody_at_home_is_away():
    with pytest.raises(Away):
        replica("http://127.0.0.1:9").served()


def test_an_answer_that_does_not_come_is_slow():
    with FakeManagement({"1.1": 1}, default="1.1") as fake, fake.lock, pytest.raises(Slow):
        replica(fake.url, 0.2).served()


@pytest.mark.parametrize(
    "body", [b"hello", b"{}", b"[7]", b'[{"modelVersion": 7}]', b'[{"modelVersion": "1"}]']
)
def test_what_is_not_understood_is_garbled(body):
    with answering(200, body) as server, pytest.raises(Garbled):
        replica(f"http://127.0.0.1:{server.server_port}").served()


@pytest.mark.parametrize("body", [b"", b"hello", json.dumps({"message": "no room"}).encode()])
def test_a_refusal_has_its_status(body):
    with answering(507, body) as server, pytest.raises(Rejected) as refused:
        replica(f"http://127.0.0.1:{server.server_port}").served()
    assert refused.value.status == 507
    assert ("no room" in str(refused.value)) is (b"no room" in body)
