"""How the pages write ink, confidences and pictures."""

from django import template

from pymano.recognition.thumbnail import Strokes, Thumbnail
from pymano.recognition.thumbnail import thumbnail as _thumbnail

register = template.Library()


@register.filter
def thumbnail(strokes: Strokes) -> Thumbnail:
    """Draw ink small."""
    return _thumbnail(strokes)


@register.filter
def percent(confidence: float) -> str:
    """Write 0.934 as 93 %; what is not certain is never said to be, nor what is unlikely to be impossible."""
    rounded = round(confidence * 100)
    return f"{rounded if confidence >= 1 else max(1, min(99, rounded))}\N{NO-BREAK SPACE}%"


@register.filter
def shows(picture_name: str) -> bool:
    """Whether browsers show a picture of this name; most open no TIFF."""
    return not picture_name.lower().endswith((".tif", ".tiff"))
