"""Names that the site answers to, as a probe, Prometheus or a stranger uses them."""

import pytest
from django.test import Client

TOKEN = "6tlNf0NDgbTvSkC2hWq8bLwz"


@pytest.fixture(autouse=True)
def _deployed(settings):
    settings.ALLOWED_HOSTS = ["pymano.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.parametrize("host", ["10.42.0.7:8000", "[fd00::7]:8000", "pymano.example.org"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_who_watches_over_it_comes_by_any_address(path, host, db, torchserve):
    response = Client().get(path, headers={"host": host, "authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200


def test_an_address_opens_the_metrics_to_nobody(db):
    assert Client().get("/metrics", headers={"host": "10.42.0.7:8000"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/api/v1/predictions/", "/healthz/", "/readyz/x", "/nowhere"])
def test_all_else_is_the_sites_own_names_alone(path):
    assert Client().get(path, secure=True, headers={"host": "10.42.0.7:8000"}).status_code == 400
    assert Client().get(path, secure=True, headers={"host": "pymano.example.org"}).status_code != 400
