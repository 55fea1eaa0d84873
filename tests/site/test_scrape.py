import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.db import OperationalError
from django.test import Client

from pymano.serving import overview
from tests.fake_management import FakeManagement
from tests.site.serving.conftest import want

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _anew():
    overview.states.forget()
    yield
    overview.states.forget()


def scrape(token: str = "", *, browser: Client | None = None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return (browser or Client()).get("/metrics", headers=headers)


def test_with_the_token_it_shows_the_counters(settings, nowhere):
    settings.METRICS_TOKEN = "a long word"
    response = scrape("a long word")
    assert response.status_code == 200
    for name in ("readings_total", "reading_seconds", "torchserve_seconds", "corrections_total"):
        assert f"pymano_{name}" in response.content.decode()


def test_it_says_how_torchserve_is_and_asks_it_once(settings, torchserve):
    settings.METRICS_TOKEN = "a long word"
    first = scrape("a long word").content.decode()
    torchserve.leave()
    assert scrape("a long word").status_code == 200
    assert "pymano_torchserve_ready_workers 1.0" in first
    assert "pymano_torchserve_queue_free 100.0" in first


def test_of_one_that_is_away_it_says_only_that(settings, nowhere):
    settings.METRICS_TOKEN = "a long word"
    shown = scrape("a long word").content.decode()
    assert "pymano_torchserve_ready_workers 0.0" in shown
    assert "queue_free" not in shown


def test_it_counts_the_replicas_that_are_not_as_they_are_wanted(settings):
    settings.METRICS_TOKEN = "a long word"
    want("1.1")
    with FakeManagement({"1.1": 2}, "1.1") as one, FakeManagement({"1.1": 1}, "1.1") as other:
        settings.TORCHSERVE_MANAGEMENT_URL = f"{one.url},{other.url},http://127.0.0.1:9"
        shown = scrape("a long word").content.decode()
    for state in ("as_wanted", "differs", "away"):
        assert f'pymano_torchserve_replicas{{state="{state}"}} 1.0' in shown


def test_while_the_database_is_away_it_shows_the_rest(settings, nowhere, monkeypatch):
    def away():
        raise OperationalError("no such server")

    settings.METRICS_TOKEN = "a long word"
    monkeypatch.setattr(overview.states, "ask", away)
    shown = scrape("a long word").content.decode()
    assert "pymano_torchserve_ready_workers 0.0" in shown
    assert "pymano_torchserve_replicas" not in shown


@pytest.mark.parametrize(("token", "given"), [("", ""), ("a", ""), ("a", "b"), ("", "a"), ("a", "\xe9")])
def test_without_it_a_stranger_sees_nothing(settings, db, token, given):
    settings.METRICS_TOKEN = token
    response = scrape(given)
    assert response.status_code == 403
    assert b"pymano_" not in response.content


def test_the_staff_need_no_token(alice, sam, nowhere):
    browser = Client()
    browser.force_login(alice)
    assert scrape(browser=browser).status_code == 403
    browser.force_login(sam)
    assert scrape(browser=browser).status_code == 200


def test_it_adds_up_what_several_processes_count(tmp_path):
    """Each process writes into the shared folder; any of them can show the sum."""
    environment = os.environ | {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "shared"),
        "DJANGO_SETTINGS_MODULE": "pymano.settings",
        "PYTHONPATH": str(project.ROOT / "site"),
    }
    count = (
        "import django; django.setup(); from pymano import metrics, scrape;"
        "metrics.CORRECTIONS.labels('1.0').inc();"
        "print(scrape.generate_latest(scrape.registry()).decode())"
    )
    for _ in range(2):
        shown = subprocess.run(
            [sys.executable, "-c", count], env=environment, capture_output=True, text=True, check=True
        )
    assert 'pymano_corrections_total{version="1.0"} 2.0' in shown.stdout
