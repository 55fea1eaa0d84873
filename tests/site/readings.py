"""Readings that are kept without anybody having read."""

from typing import Any

from django.core.files.base import ContentFile

from pymano.accounts.models import User
from pymano.recognition.models import Prediction
from tests.site.drawings import STROKES


def keep(owner: User, *, strokes: Any = STROKES, picture: bytes | None = None, **more: Any) -> Prediction:
    """Keep a reading of somebody's, of ink or, where bytes are given, of a picture."""
    prediction = Prediction(
        owner=owner,
        text="hello",
        confidence=0.9,
        strokes=None if picture else strokes,
        model_name="crnn",
        model_version="1.0",
        duration_ms=5,
        **more,
    )
    if picture:
        prediction.picture.save("photo.png", ContentFile(picture), save=False)
    prediction.save()
    return prediction
