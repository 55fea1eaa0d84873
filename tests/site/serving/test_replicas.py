"""The state of several servers behind one name."""

import socket

import pytest

from pymano.serving import client, transport
from tests.fake_torchserve import FakeTorchServe


@pytest.fixture
def replicas(settings):
    """Two servers, both of which the setting names."""
    with FakeTorchServe() as one, FakeTorchServe() as other:
        settings.TORCHSERVE_MANAGEMENT_URL = f"{one.url}, {other.url}/"
        client.state.forget()
        yield one, other
    client.state.forget()


@pytest.mark.parametrize(
    ("moods", "state"),
    [
        (("ready", "away"), "ready"),
        (("starting", "ready"), "ready"),
        (("away", "ready"), "ready"),
        (("starting", "away"), "starting"),
        (("away", "starting"), "starting"),
        (("away", "away"), "away"),
    ],
)
def test_one_that_is_ready_will_do(replicas, moods, state):
    for replica, mood in zip(replicas, moods, strict=True):
        replica.mood = mood
    assert client.state().recogniser == state


def test_after_one_that_is_ready_no_other_is_asked(replicas):
    client.state()
    assert [len(replica.connections) for replica in replicas] == [1, 0]


def test_a_name_that_nobody_has_is_away(monkeypatch, settings):
    def unknown(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(transport.socket, "getaddrinfo", unknown)
    settings.TORCHSERVE_MANAGEMENT_URL = "http://replicas:8081"
    client.state.forget()
    assert client.state().recogniser == "away"
    client.state.forget()
