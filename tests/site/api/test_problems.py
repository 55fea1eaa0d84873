import errno
from io import BytesIO

import pytest
from django.db import InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.test import Client
from rest_framework import exceptions

from pymano.api import problems, views
from pymano.api.problems import problem_of
from pymano.recognition.models import Prediction
from pymano.recognition.refusal import Refusal
from pymano.serving import client
from tests.site.api.conftest import URL
from tests.site.drawings import picture
from tests.site.problems import assert_problem


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (Refusal("malformed", "…"), 400, "malformed"),
        (Refusal("nothing_to_read", "…"), 422, "nothing_to_read"),
        (Refusal("too_large", "…"), 413, "too_large"),
        (Refusal("unsupported_media_type", "…"), 415, "unsupported_media_type"),
        (client.Unreachable("…"), 503, "recogniser_away"),
        (client.Rubbish("…"), 503, "recogniser_away"),
        (client.Busy("…"), 503, "recogniser_busy"),
        (client.TooSlow("…"), 504, "recogniser_slow"),
        (OperationalError("…"), 503, "database_away"),
        (InterfaceError("…"), 503, "database_away"),
        (OSError(errno.ENOSPC, "…"), 503, "storage_full"),
        (OSError(errno.EDQUOT, "…"), 503, "storage_full"),
        (UnreadablePostError("…"), 400, "malformed"),
        (exceptions.ParseError("…"), 400, "malformed"),
        (exceptions.NotAuthenticated("…"), 401, "not_authenticated"),
        (exceptions.PermissionDenied("…"), 403, "permission_denied"),
        (exceptions.NotFound("…"), 404, "not_found"),
        (exceptions.Throttled(wait=7.2), 429, "throttled"),
    ],
)
def test_each_exception_has_its_problem(exception, status, code):
    problem = problem_of(exception)
    assert (problem.status, problem.code) == (status, code)


@pytest.mark.parametrize("status", [429, 503, 504])
def test_where_waiting_helps_it_says_how_long(status):
    every = [
        problems.AWAY,
        problems.BUSY,
        problems.SLOW,
        problems.DATABASE_AWAY,
        problems.STORAGE_FULL,
        problems.SITE_BUSY,
        problem_of(exceptions.Throttled(wait=7.2)),
    ]
    assert all(int(problem.all_headers["Retry-After"]) > 0 for problem in every if problem.status == status)


def test_a_throttled_client_is_never_told_to_come_back_too_early():
    assert problem_of(exceptions.Throttled(wait=7.2)).retry_after == 8
    assert problem_of(exceptions.Throttled(wait=0.1)).retry_after == 1


def test_what_upstream_says_is_not_passed_on():
    for error in (client.Unreachable, client.Busy, client.Rubbish, client.TooSlow, OperationalError):
        assert "10.0.0.1" not in str(problem_of(error("10.0.0.1:8080 said no")).body)


def test_field_errors_are_listed_by_field():
    problem = problem_of(exceptions.ValidationError({"text": ["This field is required."]}))
    assert problem.body["errors"] == {"text": ["This field is required."]}
    assert problem.detail == "text: This field is required."


@pytest.mark.parametrize("error", [ZeroDivisionError(), OSError(errno.EACCES, "Permission denied")])
def test_other_exceptions_are_faults(error):
    assert problem_of(error) is None


@pytest.mark.parametrize(
    "place",
    [
        "pymano.recognition.storage.WholeFileStorage._save",
        "django.core.files.uploadhandler.TemporaryUploadedFile",
    ],
    ids=["where pictures are stored", "where an upload is received"],
)
def test_without_room_for_a_picture_it_is_neither_read_nor_kept(
    torchserve, asks, monkeypatch, settings, place
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(place, full)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    response = asks.post(URL, {"image": BytesIO(picture())})
    assert_problem(response, 503, "storage_full")
    assert not Prediction.objects.exists()


@pytest.fixture
def failing(monkeypatch):
    """Make the list fail."""

    def fail_with(error: Exception) -> None:
        def get(*_, **__):
            raise error

        monkeypatch.setattr(views.PredictionsView, "get", get)

    return fail_with


def test_a_fault_is_a_problem_too(asks, failing):
    asks.raise_request_exception = False
    failing(ZeroDivisionError("secret"))
    problem = assert_problem(asks.get(URL), 500, "fault")
    assert "secret" not in str(problem)


def test_a_database_that_is_away_is_said_to_be(asks, failing):
    failing(OperationalError("could not connect to 10.0.0.1"))
    response = asks.get(URL)
    assert_problem(response, 503, "database_away")
    assert response["Retry-After"] == "5"


def test_a_database_that_is_away_before_any_view_is_said_to_be(api, monkeypatch, alice):
    program = api(alice)

    def away(*_, **__):
        raise OperationalError

    monkeypatch.setattr("rest_framework_simplejwt.authentication.JWTAuthentication.get_user", away)
    assert_problem(program.get(URL), 503, "database_away")


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/predictions",
        "/api/v2/predictions/",
        "/api/v1/%00",
        "/api/v1/%ff/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_unknown_address_is_a_problem(path, method):
    assert_problem(getattr(Client(), method)(path), 404, "not_found")


def test_a_missing_slash_is_pointed_out():
    assert "slash" in Client().post("/api/v1/predictions").json()["detail"]


def test_a_host_that_is_not_ours_is_a_problem():
    assert_problem(Client().get(URL, headers={"host": "evil.example"}), 400, "malformed")


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "nonsense", "", "application/problem+json"]
)
def test_it_answers_in_json_whatever_is_asked_for(asks, accept):
    response = asks.get(URL, headers={"Accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_options_says_what_is_parsed(asks):
    assert asks.options(URL).json() == {"parses": ["application/json", "multipart/form-data"]}


def test_nobody_keeps_what_the_api_says(asks):
    assert asks.get(URL)["Cache-Control"] == "no-store"
    assert Client().get("/api/nothing")["Cache-Control"] == "no-store"
