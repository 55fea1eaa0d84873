"""Answers of the API are for who asked, now: nobody keeps them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pymano.api.problems import is_api


class UncachedMiddleware:
    """Tells browsers and proxies to keep nothing that the API says, unless a view says otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        if is_api(request):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
