"""The one format of errors: application/problem+json (RFC 9457), with a stable code and the request's id."""

import errno
import logging
import math
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework import exceptions
from rest_framework.views import set_rollback

from pymano import request_id
from pymano.recognition.models import ReadAnewError
from pymano.recognition.reading import OwnerGoneError
from pymano.recognition.refusal import Refusal
from pymano.recognition.storage import StorageAwayError
from pymano.serving import client

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One error, as clients see it: `errors` has messages by field, `retry_after` is in seconds."""

    status: int
    code: str
    detail: str
    errors: dict[str, Any] | None = None
    retry_after: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The members of the JSON object."""
        members = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id.current(),
        }
        return members | ({"errors": self.errors} if self.errors else {})

    @property
    def all_headers(self) -> dict[str, str]:
        """The headers, Retry-After among them where waiting helps."""
        waiting = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return self.headers | waiting

    def as_response(self) -> JsonResponse:
        """The response: JSON, whatever the view that failed would have sent."""
        return JsonResponse(self.body, status=self.status, headers=self.all_headers, content_type=MEDIA_TYPE)


NOT_FOUND = Problem(404, "not_found", "There is nothing at this address.")
TOO_LARGE = Problem(413, "too_large", "The request is too large.")
UNREADABLE = Problem(400, "malformed", "The request cannot be read.")
FORBIDDEN = Problem(403, "permission_denied", "You may not do this.")
DATABASE_AWAY = Problem(503, "database_away", "The database is away. Try again soon.", retry_after=5)
STORAGE_FULL = Problem(503, "storage_full", "There is no room to keep this. Try again later.", retry_after=60)
STORAGE_AWAY = Problem(503, "storage_away", "The pictures cannot be reached. Try again soon.", retry_after=5)
SITE_BUSY = Problem(503, "site_busy", "The site is busy. Try again soon.", retry_after=2)
READ_ANEW = Problem(409, "read_anew", "This was read anew meanwhile, and says something else.")
ACCOUNT_GONE = Problem(401, "not_authenticated", "This account was deleted.")
FAULT = Problem(500, "fault", "Something went wrong here. It was noted.")

REFUSED = {"malformed": 400, "too_large": 413, "unsupported_media_type": 415, "nothing_to_read": 422}

AWAY = Problem(503, "recogniser_away", "The recogniser is away. Try again soon.", retry_after=5)
BUSY = Problem(503, "recogniser_busy", "The recogniser is busy. Try again soon.", retry_after=2)
SLOW = Problem(504, "recogniser_slow", "The recogniser took too long. Try again soon.", retry_after=5)

# The first class that fits decides.
PLAIN: list[tuple[type[Exception], Problem]] = [
    (client.Busy, BUSY),
    (client.TooSlow, SLOW),
    (client.RecogniserError, AWAY),
    (OwnerGoneError, ACCOUNT_GONE),
    (ReadAnewError, READ_ANEW),
    (StorageAwayError, STORAGE_AWAY),
    (OperationalError, DATABASE_AWAY),
    (InterfaceError, DATABASE_AWAY),
    (Http404, NOT_FOUND),
    (exceptions.NotFound, NOT_FOUND),
    (ObjectDoesNotExist, NOT_FOUND),
    (PermissionDenied, FORBIDDEN),
    (RequestDataTooBig, TOO_LARGE),
    (SuspiciousOperation, UNREADABLE),
    (MultiPartParserError, UNREADABLE),
    (UnreadablePostError, UNREADABLE),
]

# What a disk says that takes nothing more, or nothing more of ours.
FULL = {errno.ENOSPC, errno.EDQUOT}

# REST framework's errors by status, and those of tokens, which have a code of their own.
CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "permission_denied",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}
TOKEN_CODES = {
    "token_not_valid",
    "bad_authorization_header",
    "user_not_found",
    "user_inactive",
    "password_changed",
}


def is_api(request: HttpRequest) -> bool:
    """Whether who asks expects JSON."""
    return request.path_info.startswith("/api/")


def handle(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:  # noqa: ARG001
    """Answer for REST framework whatever a view raised; None leaves it to Django, as a fault of ours."""
    problem = problem_of(exception)
    if problem is None:
        return None
    if problem in (DATABASE_AWAY, STORAGE_FULL, STORAGE_AWAY):
        log.error(problem.detail, exc_info=exception)
    set_rollback()
    return problem.as_response()


def problem_of(exception: Exception) -> Problem | None:
    """Return what clients are told of an exception; None when it is a fault of ours."""
    if isinstance(exception, Refusal):
        return _refused(exception)
    if problem := _plain(exception):
        return problem
    if isinstance(exception, exceptions.ValidationError):
        return _invalid(exception)
    if isinstance(exception, exceptions.Throttled):
        wait = max(1, math.ceil(getattr(exception, "wait", None) or 1))
        return Problem(429, "throttled", f"Too many requests. Try again in {wait} s.", retry_after=wait)
    if isinstance(exception, exceptions.APIException):
        return _of_rest_framework(exception)
    return None


def _plain(exception: Exception) -> Problem | None:
    if isinstance(exception, OSError) and exception.errno in FULL:
        return STORAGE_FULL
    return next((problem for kind, problem in PLAIN if isinstance(exception, kind)), None)


def _refused(refusal: Refusal) -> Problem:
    errors = {refusal.field: [str(refusal)]} if refusal.field else None
    return Problem(REFUSED[refusal.code], refusal.code, str(refusal), errors)


def _invalid(exception: exceptions.ValidationError) -> Problem:
    said: Any = exception.detail
    errors = said if isinstance(said, dict) else {"non_field_errors": said}
    general = errors.get("non_field_errors")
    return Problem(400, "invalid", str(general[0]) if general else _first(errors), errors)


def _first(errors: dict[str, Any]) -> str:
    for name, messages in errors.items():
        if isinstance(messages, list) and messages:
            return f"{name}: {messages[0]}"
    return "Some fields are not as they should be."


def _of_rest_framework(exception: exceptions.APIException) -> Problem:
    said: Any = exception.detail
    code = CODES.get(exception.status_code, str(exception.default_code))
    if isinstance(said, dict):
        code = "token_not_valid" if said.get("code") in TOKEN_CODES else code
        said = said.get("detail", HTTPStatus(exception.status_code).phrase)
    challenge = getattr(exception, "auth_header", None)
    headers = {"WWW-Authenticate": str(challenge)} if challenge else {}
    return Problem(exception.status_code, code, str(said), headers=headers)
