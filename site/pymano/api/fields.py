"""Fields that take ink and pictures, checked by the rules of pymano.recognition."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pymano.recognition import pictures, strokes
from pymano.recognition.pictures import Picture
from pymano.recognition.refusal import Refusal
from pymano.recognition.strokes import Strokes

NUMBER = {"type": "number", "nullable": True}


@extend_schema_field(
    {
        "type": "array",
        "description": (
            "Strokes of points `[x, y, t?, pressure?]`: x and y in any unit, y downwards; t in ms; "
            "pressure in 0 to 1. t and pressure may be left out or null. At most 20,000 points."
        ),
        "items": {
            "type": "array",
            "items": {"type": "array", "minItems": 2, "maxItems": 4, "items": NUMBER},
        },
    }
)
class StrokesField(serializers.Field[Strokes, Any, Strokes, Any]):
    """Ink."""

    def to_internal_value(self, data: object) -> Strokes:
        """Return the strokes as they came; raise Refusal when they cannot be read."""
        try:
            return strokes.check(data)
        except Refusal as refusal:
            refusal.field = self.field_name or ""
            raise


@extend_schema_field(
    {
        "type": "string",
        "description": (
            "In JSON a data URL, `data:image/png;base64,…`; in a form a file. PNG, JPEG, GIF (its first "
            "frame), WebP, BMP or TIFF; at most 10 MB and 50 megapixels."
        ),
    }
)
class PictureField(serializers.Field[Picture, Any, Picture, Any]):
    """A picture: a file of a form, or a data URL."""

    def to_internal_value(self, data: Any) -> Picture:
        """Return the picture, looked at but not decoded; raise Refusal when it cannot be read."""
        try:
            if isinstance(data, str):
                return pictures.from_data_url(data)
            if hasattr(data, "read"):
                return pictures.inspect(data.read())
            raise Refusal("malformed", "The image must be a data URL or a file of a form.")
        except Refusal as refusal:
            refusal.field = self.field_name or ""
            raise


class StrictBooleanField(serializers.BooleanField):
    """True or false; a text or a number is neither."""

    default_error_messages = {"invalid": "This must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """Return it as it is."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class TextField(serializers.CharField):
    """A text; a number is none, though DRF would write it out."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TextUUIDField(serializers.UUIDField):
    """A UUID written out; a number is none."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)
