"""What the OpenAPI document says of the views, beyond what it finds by itself."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from pymano.api.problems import MEDIA_TYPE
from pymano.api.serializers import (
    CorrectionSerializer,
    ImageFormSerializer,
    PredictionSerializer,
    ProblemSerializer,
    QuestionSerializer,
)

TAGS = ["predictions"]

READING = {
    "id": "5f0c2a52-7d0e-4f0c-9d0b-6f0a2c6f1d3e",
    "text": "hello",
    "confidence": 0.93,
    "alternatives": [{"text": "hallo", "confidence": 0.04}, {"text": "hells", "confidence": 0.01}],
    "characters": [
        {"text": "h", "confidence": 0.99, "start": 0.0, "end": 0.21},
        {"text": "e", "confidence": 0.95, "start": 0.21, "end": 0.4},
        {"text": "l", "confidence": 0.98, "start": 0.4, "end": 0.55},
        {"text": "l", "confidence": 0.98, "start": 0.55, "end": 0.7},
        {"text": "o", "confidence": 0.97, "start": 0.7, "end": 1.0},
    ],
    "model": {"name": "crnn", "version": "1.0"},
    "duration_ms": 84,
    "created_at": "2026-03-14T09:26:53.589793Z",
    "correction": None,
}
STROKES = {
    "strokes": [
        [[12, 10, 0, 0.4], [12, 35, 16, 0.5], [12, 60, 33, 0.5]],
        [[12, 38, 240], [24, 36, 256], [30, 46, 273], [30, 60, 290]],
        [[46, 40], [46, 60]],
        [[46, 26], [47, 27]],
    ],
    "drawing": "0b9d2b8e-3b43-4f0d-8b58-0c8f6f2f6a11",
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
IMAGE = {"image": f"data:image/png;base64,{PIXEL}", "decoder": "best-path"}

TITLES = {
    400: "Malformed, or a field is not as it should be: `malformed`, `invalid`",
    401: "No token, or one that is not valid: `not_authenticated`, `token_not_valid`",
    403: "Not allowed, or a session without its CSRF token: `permission_denied`",
    404: "Not there, or not yours: `not_found`",
    413: "Over 10 MB, 20,000 points or 50 megapixels: `too_large`",
    415: "Not a picture of a kind that is read: `unsupported_media_type`",
    422: "Nothing to read: `nothing_to_read`",
    429: "Too many, see Retry-After: `throttled`",
    503: "Away for now, see Retry-After: `recogniser_away`, `recogniser_busy`, `database_away`",
    504: "Too slow: `recogniser_slow`",
}


def _answers(*statuses: int, **good: Any) -> dict[Any, Any]:
    """Return the answers of a view: s200=… and the like, then the problems."""
    answers: dict[Any, Any] = {int(name[1:]): answer for name, answer in good.items()}
    for status in statuses:
        answers[status, MEDIA_TYPE] = OpenApiResponse(ProblemSerializer, description=TITLES[status])
    return answers


def _reading(description: str) -> OpenApiResponse:
    return OpenApiResponse(
        PredictionSerializer, description=description, examples=[OpenApiExample("A word", value=READING)]
    )


LIST_AND_CREATE = extend_schema_view(
    get=extend_schema(
        tags=TAGS,
        summary="List readings",
        operation_id="predictions_list",
        responses=_answers(401, 404, 503, s200=PredictionSerializer(many=True)),
        examples=[OpenApiExample("One reading", value=READING, response_only=True)],
    ),
    post=extend_schema(
        tags=TAGS,
        summary="Read strokes or an image",
        operation_id="predictions_create",
        request={"application/json": QuestionSerializer, "multipart/form-data": ImageFormSerializer},
        responses=_answers(
            *(400, 401, 403, 413, 415, 422, 429, 503, 504),
            s201=_reading("Read and kept."),
            s200=_reading("Read; it replaces the earlier reading of this drawing."),
        ),
        examples=[
            OpenApiExample("Strokes", value=STROKES, request_only=True, media_type="application/json"),
            OpenApiExample("An image", value=IMAGE, request_only=True, media_type="application/json"),
        ],
    ),
)

RETRIEVE_AND_DELETE = extend_schema_view(
    get=extend_schema(
        tags=TAGS,
        summary="See a reading",
        operation_id="predictions_retrieve",
        responses=_answers(401, 404, 503, s200=_reading("The reading.")),
    ),
    delete=extend_schema(
        tags=TAGS,
        summary="Delete a reading",
        description="With its ink or its picture, for good.",
        operation_id="predictions_delete",
        responses=_answers(401, 403, 404, 503, s204=OpenApiResponse(description="Gone.")),
    ),
)

CORRECT = extend_schema_view(
    put=extend_schema(
        tags=TAGS,
        summary="Correct a reading",
        operation_id="predictions_correct",
        request=CorrectionSerializer,
        responses=_answers(
            400, 401, 403, 404, 413, 415, 503, s200=_reading("The reading, with its correction.")
        ),
        examples=[OpenApiExample("A correction", value={"text": "Hello"}, request_only=True)],
    ),
)
