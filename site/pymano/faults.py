"""What is answered when no view did: problems under /api/, pages elsewhere."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader
from django.views import csrf, defaults
from django.views.decorators.csrf import csrf_exempt, requires_csrf_token

from pymano.api import problems
from pymano.api.problems import Problem, is_api
from pymano.recognition.storage import StorageAwayError


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is not one that Django reads."""
    if is_api(request):
        return (problems.problem_of(exception) or problems.UNREADABLE).as_response()
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if is_api(request):
        return problems.FORBIDDEN.as_response()
    return defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form did not come from a page of ours, or the page is old."""
    if is_api(request):
        return problems.FORBIDDEN.as_response()
    return csrf.csrf_failure(request, reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if is_api(request):
        return problems.NOT_FOUND.as_response()
    return defaults.page_not_found(request, exception)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """503 when the database or the pictures are away, 500 for a fault of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return answer(request, problems.DATABASE_AWAY)
    return answer(request, problems.STORAGE_AWAY if isinstance(error, StorageAwayError) else problems.FAULT)


@csrf_exempt
def unknown_api(_: HttpRequest, path: str) -> JsonResponse:
    """404 for an address that the API does not have. No redirect: a redirected POST loses its body."""
    hint = "" if path.endswith("/") or not path else " Addresses end in a slash."
    return Problem(404, "not_found", f"{problems.NOT_FOUND.detail}{hint}").as_response()


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the problem as who asks can read it."""
    return problem.as_response() if is_api(request) else _page(problem)


def _page(problem: Problem) -> HttpResponse:
    """Return the error's page, made without the request: it must not need the database."""
    try:
        body: str = loader.render_to_string(f"{problem.status}.html")
    except TemplateDoesNotExist:
        body = f"<!doctype html><title>{HTTPStatus(problem.status).phrase}</title><p>{problem.detail}</p>"
    return HttpResponse(body, status=problem.status, headers=problem.all_headers)
