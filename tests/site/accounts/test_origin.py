"""Only what a trusted proxy says of a client's address is believed."""

import pytest
from django.test import RequestFactory

from pymano.accounts.origin import address, client_address


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "1.2.3.4"),
        (1, " , ", "10.0.0.9"),
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "1.2.3.4, rubbish", "10.0.0.9"),
    ],
)
def test_it_counts_proxies_from_the_end(settings, trusted, forwarded, address):
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_it_does_without_an_address():
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"


@pytest.mark.parametrize(
    ("hop", "expected"),
    [
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("not an address", ""),
        ("", ""),
        ("[", ""),
    ],
)
def test_it_takes_the_port_off_an_address_of_either_kind(hop, expected):
    assert address(hop) == expected
