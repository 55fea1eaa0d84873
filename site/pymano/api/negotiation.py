"""What kind of answer is sent."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Obliging(DefaultContentNegotiation):
    """Takes the wishes of Accept where they can be met, and answers with JSON where they cannot."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return a renderer and its media type."""
        choices = list(renderers)
        try:
            renderer, media_type = super().select_renderer(request, choices, format_suffix)
        except NotAcceptable:
            return choices[0], choices[0].media_type or "application/json"
        return renderer, media_type
