import json
import logging

import pytest
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY

from pymano import observation
from tests.site.drawings import STROKES


@pytest.fixture
def lines(caplog):
    """What the log says of the requests so far."""
    caplog.set_level(logging.DEBUG, logger="pymano.observation")

    def read():
        return [record for record in caplog.records if record.name == "pymano.observation"]

    return read


def counted(method, view, status):
    labels = {"method": method, "view": view, "status": str(status)}
    return REGISTRY.get_sample_value("pymano_requests_total", labels) or 0


def test_a_page_is_one_line_with_who_asked(lines, alice):
    browser = Client()
    browser.force_login(alice)
    assert browser.get("/history/?q=secret", headers={"X-Request-ID": "edge-1"}).status_code == 200
    [line] = lines()
    assert (line.method, line.path, line.view, line.status) == ("GET", "/history/", "history", 200)
    assert line.user_id == alice.pk
    assert line.duration_ms >= 0
    assert line.levelname == "INFO"
    assert line.getMessage() == f"GET /history/ 200 in {line.duration_ms} ms, user {alice.pk}"


def test_a_reading_of_a_program_is_one_line_with_who_asked(lines, api, alice, torchserve):
    answer = api(alice).post("/api/v1/predictions/", {"strokes": STROKES}, format="json")
    assert answer.status_code == 201
    [line] = lines()
    assert (line.status, line.user_id) == (201, alice.pk)


def test_of_a_stranger_it_is_not_asked_who_they_are(lines, db, django_assert_num_queries):
    browser = Client()
    browser.cookies["sessionid"] = "x" * 32
    with django_assert_num_queries(0):
        browser.get("/healthz")
    [line] = lines()
    assert line.user_id is None


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_that_all_is_well_is_no_news(lines, db, torchserve, path):
    Client().get(path)
    [line] = lines()
    assert line.levelname == "DEBUG"


def test_that_it_is_not_is(lines, torchserve, monkeypatch):
    monkeypatch.setattr("pymano.health._database_answers", lambda: False)
    Client().get("/readyz")
    [line] = lines()
    assert (line.status, line.levelname) == (503, "WARNING")


def test_a_fault_is_noted_too(lines, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    browser = Client(raise_request_exception=False)
    browser.cookies["sessionid"] = "x" * 32
    before = counted("GET", "write", 500)
    assert browser.get("/").status_code == 500
    [line] = lines()
    assert (line.view, line.status, line.user_id) == ("write", 500, None)
    assert counted("GET", "write", 500) == before + 1


def test_the_key_in_a_link_is_not_written_down(lines, db):
    Client().get("/accounts/password/reset/key/1-c5h3d6-0123456789abcdef/")
    assert "0123456789abcdef" not in lines()[0].getMessage()
    assert "0123456789abcdef" not in json.dumps(lines()[0].__dict__, default=str)


def test_a_path_cannot_begin_a_line_of_its_own(lines):
    Client().get("/x%0AINFO%20all%20is%20well")
    [line] = lines()
    assert line.path == "/x%0AINFO%20all%20is%20well"


def test_what_clients_invent_makes_no_counters():
    before = counted("GET", "none", 404), counted("other", "none", 404)
    Client().get("/tea/1"), Client().get("/tea/2"), Client().generic("BREW", "/tea/3")
    assert counted("GET", "none", 404) == before[0] + 2
    assert counted("other", "none", 404) == before[1] + 1


@pytest.mark.parametrize(("path", "view"), [("/static/x.css", "static"), ("/x", "none")])
def test_without_a_view_it_is_a_file_or_nothing(path, view):
    assert observation.view_name(RequestFactory().get(path)) == view
