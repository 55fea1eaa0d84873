"""Answers are for who asked, now: nobody keeps them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class UncachedMiddleware:
    """Tells browsers and proxies to keep nothing, unless a view says otherwise. Static files pass by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
