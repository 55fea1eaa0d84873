import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from pymano import faults


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_a_page_that_is_not_there_is_a_page(visitor):
    response = visitor.get("/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_a_form_from_elsewhere_gets_a_page(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "alice"})
    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (ZeroDivisionError, 500)])
def test_a_fault_is_a_page_that_needs_no_database(visitor, monkeypatch, error, status):
    def fail(*_):
        raise error

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    visitor.cookies["sessionid"] = "x" * 32
    response = visitor.get("/")
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    assert ("Retry-After" in response) == (status == 503)


def test_without_a_template_it_still_says_something(monkeypatch):
    from django.template import TemplateDoesNotExist

    def none(*_):
        raise TemplateDoesNotExist("500.html")

    monkeypatch.setattr("django.template.loader.render_to_string", none)
    response = faults.answer(RequestFactory().get("/"), faults.problems.FAULT)
    assert b"Something went wrong" in response.content


def test_a_forbidden_request_of_a_program_is_a_problem():
    request = RequestFactory().get("/api/v1/x")
    for response in (faults.permission_denied(request, Exception()), faults.csrf_failure(request)):
        assert response.status_code == 403
        assert response["Content-Type"] == "application/problem+json"
