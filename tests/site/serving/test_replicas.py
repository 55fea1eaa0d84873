"""The state of several servers behind one name."""

import socket

import pytest

from pymano.serving import client
from tests.fake_torchserve import FakeTorchServe


@pytest.fixture
def replicas(monkeypatch):
    """Two servers, both of which the management address leads to."""
    with FakeTorchServe() as one, FakeTorchServe() as other:
        monkeypatch.setattr(client, "_servers", lambda _: [one.url, other.url])
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


@pytest.fixture
def addresses(monkeypatch):
    """What the name of a Service leads to."""

    def lead_to(*found):
        families = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in found]
        answer = [(family, socket.SOCK_STREAM, 6, "", (one, 8081)) for family, one in families]
        monkeypatch.setattr(client.socket, "getaddrinfo", lambda *_, **__: answer)

    return lead_to


def test_each_address_of_a_name_is_a_server(addresses):
    addresses("10.42.0.7", "fd00::7", "10.42.0.7")
    assert client._servers("http://replicas:8081") == ["http://10.42.0.7:8081", "http://[fd00::7]:8081"]


def test_tls_needs_the_name(addresses):
    addresses("10.42.0.7")
    assert client._servers("https://replicas:8081") == ["https://replicas:8081"]


def test_a_name_that_nobody_has_is_away(monkeypatch, settings):
    def unknown(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(client.socket, "getaddrinfo", unknown)
    settings.TORCHSERVE_MANAGEMENT_URL = "http://replicas:8081"
    client.state.forget()
    assert client.state().recogniser == "away"
    client.state.forget()
