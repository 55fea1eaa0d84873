"""The people of the end-to-end tests, who know the stack from outside alone: over TLS, through the proxy.

The service `tests` of compose/compose.yaml runs them. Whoever signs up here is deleted at the end.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.stack.visitor import Person, Visitor


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """Somebody without an account."""
    with Visitor() as visitor:
        yield visitor


def newcomer(name: str) -> Person:
    """Somebody whose name and password nobody had before."""
    drawn = secrets.token_hex(6)
    return Person(f"tests-{name}-{drawn}", secrets.token_urlsafe(16))


@pytest.fixture(scope="session")
def alice() -> Iterator[Person]:
    """The owner of what is read; she made her account as programs do."""
    with newcomer("alice") as person:
        person.register()
        yield person
        person.leave()


@pytest.fixture(scope="session")
def bob() -> Iterator[Person]:
    """Another user."""
    with newcomer("bob") as person:
        person.register()
        yield person
        person.leave()


@pytest.fixture
def charlie() -> Iterator[Person]:
    """Somebody who is about to sign up."""
    with newcomer("charlie") as person:
        yield person


@pytest.fixture
def administrator() -> Iterator[Person]:
    """The first administrator, made from secret files before the site started."""
    password = Path("/run/secrets/administrator_password").read_text()
    with Person(os.environ["ADMINISTRATOR"], password) as person:
        yield person


@pytest.fixture
def metrics_token() -> str:
    """What a Prometheus sends."""
    return Path("/run/secrets/metrics_token").read_text()
