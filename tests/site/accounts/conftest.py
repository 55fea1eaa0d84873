"""Alice owns what is looked at, Bob is another user, Sam is of the staff. Charlie has no account."""

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from rest_framework.test import APIClient

from pymano.accounts.models import User
from pymano.recognition.models import Prediction
from tests.site.accounts.cast import INK, PASSWORD, make_user
from tests.site.readings import keep


@pytest.fixture(autouse=True)
def _database(db):
    """Every test here needs one."""


@pytest.fixture
def alice() -> User:
    return make_user("alice")


@pytest.fixture
def bob() -> User:
    return make_user("bob")


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def sam() -> User:
    """Staff who may do to users and groups whatever can be permitted, and is no superuser."""
    user = make_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def program() -> APIClient:
    return APIClient()


@pytest.fixture
def tokens(program) -> Callable[..., dict[str, str]]:
    def pair(user: User) -> dict[str, str]:
        answer = program.post(
            "/api/v1/token/", {"username": user.username, "password": PASSWORD}, format="json"
        )
        assert answer.status_code == 200, answer.content
        return answer.json()

    return pair


@pytest.fixture
def reading() -> Callable[..., Prediction]:
    """Make a reading of somebody's, of ink or, where bytes are given, of a picture."""

    return partial(keep, strokes=INK)
