"""The request's id: given by the client or made here, kept while it is answered, sent on and written down."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="-")


def current() -> str:
    """Return the id of the request that is being answered; "-" outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Gives each request an id, and puts it on the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under its id."""
        given = request.headers.get(HEADER, "")
        chosen = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        token = _current.set(chosen)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = chosen
        return response


class RequestIdFilter(logging.Filter):
    """Puts the id on each line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, with its id."""
        record.request_id = current()
        return True
