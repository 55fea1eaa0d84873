"""What is noted of each request once it is answered: a line in the log, a count and a time for Prometheus."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.functional import LazyObject, empty

from pymano import metrics

log = logging.getLogger(__name__)

# Clients may invent methods, and each label is kept for ever.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Whoever operates the site looks here. Machines ask every few seconds; that all is well is no news.
FOR_OPERATORS = {"/healthz", "/readyz", "/metrics"}
# What a link in an e-mail carries: who reads the log must not be able to use it.
LINK_KEYWORD = "key"


class ObservationMiddleware:
    """Notes every request, whoever answers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        start = time.monotonic()
        response = self.get_response(request)
        note(request, response.status_code, time.monotonic() - start)
        return response


def note(request: HttpRequest, status: int, seconds: float) -> None:
    """Count and time it, and write the line."""
    method = request.method if request.method in METHODS else "other"
    view = view_name(request)
    metrics.REQUESTS.labels(method, view, status).inc()
    metrics.REQUEST_SECONDS.labels(view).observe(seconds)
    facts = {
        "method": method,
        "path": path(request),
        "view": view,
        "status": status,
        "duration_ms": round(1000 * seconds),
        "user_id": user_id(request),
    }
    log.log(
        _level(request, status),
        "%(method)s %(path)s %(status)s in %(duration_ms)s ms, user %(user_id)s",
        facts,
        extra=facts,
    )


def view_name(request: HttpRequest) -> str:
    """Return the name of what answers it: a view's, "static", or "none" where nothing has this address."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def path(request: HttpRequest) -> str:
    """Return the path as it was sent, without the question: that holds what people search for."""
    match = request.resolver_match
    secret = str(match.kwargs.get(LINK_KEYWORD, "")) if match else ""
    return escape_uri_path(request.path.replace(secret, "…") if secret else request.path)


def user_id(request: HttpRequest) -> int | None:
    """Return who asked, where that was found out; to find it out now would be a question to the database."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user.__dict__.get("_wrapped", empty) is empty:
        return None
    return getattr(user, "pk", None)


def _level(request: HttpRequest, status: int) -> int:
    if status >= 500:
        return logging.WARNING
    return logging.DEBUG if request.path_info in FOR_OPERATORS and status == 200 else logging.INFO
