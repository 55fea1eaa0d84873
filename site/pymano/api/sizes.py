"""How large a request may be, decided by its headers before anything of it is parsed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pymano.api.limits import limit
from pymano.api.problems import TOO_LARGE, UNREADABLE
from pymano.faults import answer


class SizeMiddleware:
    """Refuses, with 413, a body that is longer than its address takes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, unless it is too large."""
        length = _length(request)
        if length is None:
            return answer(request, UNREADABLE)
        if length > limit(request.path_info, request.content_type):
            return answer(request, TOO_LARGE)
        return self.get_response(request)


def _length(request: HttpRequest) -> int | None:
    """Return Content-Length, which is 0 without one; None when it is not a number."""
    word = request.META.get("CONTENT_LENGTH") or "0"
    return int(word) if word.isdecimal() and len(word) < 20 else None
