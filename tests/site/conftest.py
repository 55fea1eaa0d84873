"""The cast: Alice owns what is looked at, Bob is another user, Charlie is nobody, Sam is of the staff."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models.signals import post_init
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from pymano.recognition.models import Prediction
from pymano.serving import client as torchserve_client
from tests.fake_torchserve import FakeTorchServe


@pytest.fixture(autouse=True)
def _apart(settings, tmp_path) -> Iterator[None]:
    """Give each test its own folder of pictures, and counters that start at nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db) -> Any:
    return get_user_model().objects.create_user("alice", "alice@example.org", "alice's own")


@pytest.fixture
def bob(db) -> Any:
    return get_user_model().objects.create_user("bob", "bob@example.org", "bob's own")


@pytest.fixture
def sam(db) -> Any:
    return get_user_model().objects.create_superuser("sam", "sam@example.org", "sam's own")


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """Return a program's client, with a token of the user; without a user it is Charlie's."""

    def client_of(user: Any = None) -> APIClient:
        program = APIClient()
        if user:
            program.credentials(HTTP_AUTHORIZATION=f"Bearer {AccessToken.for_user(user)}")
        return program

    return client_of


@pytest.fixture
def without_ink() -> Callable[[], AbstractContextManager[None]]:
    """Return what sees to it that no reading is loaded with its strokes, which may be long."""

    @contextmanager
    def watch() -> Iterator[None]:
        inked = []

        def note(instance: Prediction, **_: Any) -> None:
            if "strokes" not in instance.get_deferred_fields():
                inked.append(instance)

        post_init.connect(note, Prediction)
        try:
            yield
        finally:
            post_init.disconnect(note, Prediction)
        assert not inked

    return watch


@pytest.fixture
def torchserve(settings) -> Iterator[FakeTorchServe]:
    """A TorchServe that reads "hello" in everything, until its mood changes."""
    with FakeTorchServe() as fake:
        settings.TORCHSERVE_INFERENCE_URL = settings.TORCHSERVE_MANAGEMENT_URL = fake.url
        torchserve_client.state.forget()
        yield fake
    torchserve_client.state.forget()


@pytest.fixture
def nowhere(settings) -> None:
    """No TorchServe at all."""
    settings.TORCHSERVE_INFERENCE_URL = settings.TORCHSERVE_MANAGEMENT_URL = "http://127.0.0.1:9"
    torchserve_client.state.forget()
