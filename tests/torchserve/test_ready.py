"""The health check of TorchServe's image: a READY worker, and nothing less."""

import json
from contextlib import contextmanager

import pytest

from tests.answering import answering
from torchserve import ready


def described(*states):
    return json.dumps([{"workers": [{"status": state} for state in states]}]).encode()


@pytest.fixture
def management(monkeypatch):
    """A management API that gives one answer; its container's addresses are in the environment."""

    @contextmanager
    def answer(status, body):
        with answering(status, body) as server:
            monkeypatch.setenv("TS_MANAGEMENT_ADDRESS", f"http://0.0.0.0:{server.server_port}")
            yield server

    return answer


def test_one_ready_worker_is_enough(management):
    with management(200, described("UNLOADING", "READY")) as server:
        ready.main()
    assert server.asked == ["/models/crnn"]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, described(), "No worker is ready."),
        (200, described("LOADING"), "No worker is ready."),
        (404, b'{"code": 404, "type": "ModelNotFoundException"}', "TorchServe's answer is no description"),
        (200, b"[]", "TorchServe's answer is no description"),
        (200, b"nonsense", "TorchServe's answer is no description"),
    ],
)
def test_anything_else_is_not(management, status, body, reason):
    with management(status, body), pytest.raises(SystemExit) as refused:
        ready.main()
    assert str(refused.value).startswith(reason)


def test_without_a_server_it_says_so(management):
    with management(200, b""):
        pass
    with pytest.raises(SystemExit) as refused:
        ready.main()
    assert str(refused.value).startswith("TorchServe does not answer")
