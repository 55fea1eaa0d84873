"""A real browser on a live server. Whatever it says of errors, or asks of other hosts, fails the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from local import browser
from pymano.serving import client as torchserve_client
from tests.fake_torchserve import FakeTorchServe

# Playwright keeps an event loop in this thread, which Django would take for an async caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAITS_MS = 30_000
"""For what comes at once, on a machine that others use, too."""
expect.set_options(timeout=WAITS_MS)
PASSWORD = "a quiet pencil 48"

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if (path := browser.chromium()) is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as runner:
        launched = runner.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(autouse=True)
def _apart(settings: Any, tmp_path: Path) -> None:
    """Give each test its own folder of pictures, and counters that start at nothing."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeTorchServe]:
    """A recogniser that can be in any mood."""
    with FakeTorchServe() as fake:
        settings.TORCHSERVE_INFERENCE_URL = settings.TORCHSERVE_MANAGEMENT_URL = fake.url
        torchserve_client.state.forget()
        yield fake


@pytest.fixture
def alice(transactional_db: None) -> Any:
    return get_user_model().objects.create_user("alice", "alice@example.org", PASSWORD)


@pytest.fixture
def bob(transactional_db: None) -> Any:
    return get_user_model().objects.create_user("bob", "bob@example.org", PASSWORD)


@pytest.fixture
def open_page(chromium: Any, live_server: Any) -> Iterator[Open]:
    """Open a page in a fresh browser profile, signed in as `user`; keywords go to Playwright's context."""
    contexts, complaints = [], []

    def watch(page: Any) -> None:
        page.set_default_timeout(WAITS_MS)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on(
            "request", lambda request: complaints.append(request.url) if is_foreign(request.url) else None
        )

    def is_complaint(said: Any) -> bool:
        # That a request failed is what many tests are about, and only tests read pixels back.
        expected = ("Failed to load resource", "willReadFrequently")
        return said.type in ("error", "warning") and not any(words in said.text for words in expected)

    def is_foreign(url: str) -> bool:
        return not url.startswith((live_server.url, "data:", "blob:"))

    def open_page(path: str = "/", *, user: Any = None, **options: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        context.on("page", watch)
        if user is not None:
            sign_in(context, user, live_server.url)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(context: Any, user: Any, url: str) -> None:
    """Sign a browser in without its help."""
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
