"""Where the replicas of TorchServe are."""

import socket

import pytest

from pymano.serving import transport


@pytest.fixture
def addresses(monkeypatch):
    """What the name of a Service leads to."""

    def lead_to(*found):
        families = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in found]
        answer = [(family, socket.SOCK_STREAM, 6, "", (one, 8081)) for family, one in families]
        monkeypatch.setattr(transport.socket, "getaddrinfo", lambda *_, **__: answer)

    return lead_to


def test_each_address_of_a_name_is_a_replica(addresses, settings):
    addresses("10.42.0.7", "fd00::7", "10.42.0.7")
    settings.TORCHSERVE_MANAGEMENT_URL = "http://replicas:8081"
    assert transport.replicas() == ["http://10.42.0.7:8081", "http://[fd00::7]:8081"]


def test_tls_needs_the_name(addresses, settings):
    addresses("10.42.0.7")
    settings.TORCHSERVE_MANAGEMENT_URL = "https://replicas:8081"
    assert transport.replicas() == ["https://replicas:8081"]


def test_a_list_leads_to_each_address_once(settings):
    settings.TORCHSERVE_MANAGEMENT_URL = (
        "http://127.0.0.1:8081/, http://127.0.0.2:9081,http://127.0.0.1:8081,"
    )
    assert transport.replicas() == ["http://127.0.0.1:8081", "http://127.0.0.2:9081"]
