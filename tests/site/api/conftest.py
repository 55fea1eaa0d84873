"""Predictions as the API's tests ask for them."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from tests.site.drawings import STROKES

URL = "/api/v1/predictions/"


@pytest.fixture
def asks(api, alice) -> APIClient:
    """Alice's program."""
    return api(alice)


@pytest.fixture
def post(asks) -> Callable[..., Any]:
    """Ask for a reading in JSON."""

    def send(**members: Any) -> Response:
        return asks.post(URL, members, format="json")

    return send


@pytest.fixture
def made(post, torchserve) -> dict[str, Any]:
    """A reading of Alice's."""
    return post(strokes=STROKES).json()
