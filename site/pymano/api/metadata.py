"""What OPTIONS is told."""

from typing import TYPE_CHECKING

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:
    # The views import this module, by way of the settings.
    from rest_framework.views import APIView


class Parses(BaseMetadata):
    """The media types that an address takes; the schema tells the rest."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, list[str]]:  # noqa: ARG002
        """Return them."""
        return {"parses": [parser.media_type for parser in view.parser_classes]}
