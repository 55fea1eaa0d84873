"""What the OpenAPI document says of the views, beyond what it finds by itself."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from pymano.api.problems import MEDIA_TYPE
from pymano.api.serializers import (
    ConsentSerializer,
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
    "withdrawn": False,
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

# Each status: when it is answered, and an example's code and detail.
PROBLEMS = {
    400: (
        "Malformed, or a field is not as it should be: `malformed`, `invalid`.",
        "malformed",
        "The picture is damaged or cut short.",
    ),
    401: (
        "No token, or one that is not valid: `not_authenticated`, `token_not_valid`.",
        "not_authenticated",
        "Authentication credentials were not provided.",
    ),
    403: (
        "Not allowed, or a session without its CSRF token: `permission_denied`.",
        "permission_denied",
        "CSRF Failed: CSRF token missing.",
    ),
    404: ("Not there, or not yours: `not_found`.", "not_found", "There is nothing at this address."),
    409: (
        "The reading says something else by now than `of`: `read_anew`.",
        "read_anew",
        "This was read anew meanwhile, and says something else.",
    ),
    413: (
        "Over 10 MB, 20,000 points or 50 megapixels: `too_large`.",
        "too_large",
        "A picture may have at most 50 megapixels.",
    ),
    415: (
        "Not a picture of a kind that is read, or not JSON: `unsupported_media_type`.",
        "unsupported_media_type",
        "Send a PNG, JPEG, GIF, WebP, BMP or TIFF picture.",
    ),
    422: ("Nothing to read: `nothing_to_read`.", "nothing_to_read", "There is nothing to read in this."),
    429: ("Too many, see Retry-After: `throttled`.", "throttled", "Too many requests. Try again in 12 s."),
    503: (
        "Not now, see Retry-After: `recogniser_away`, `recogniser_busy`, `site_busy`, `database_away`, "
        "`storage_full`, `storage_away`.",
        "recogniser_away",
        "The recogniser is away. Try again soon.",
    ),
    504: (
        "Too slow, see Retry-After: `recogniser_slow`.",
        "recogniser_slow",
        "The recogniser took too long. Try again soon.",
    ),
}
REQUEST_ID = "6f1c8f3f3d4a4f0f8f0b3a1c2d5e7f90"


def _answers(good: dict[int, Any], *problems: int) -> dict[Any, Any]:
    """Return the answers of a view: the good ones, then the problems by their status."""
    return {**good, **{(status, MEDIA_TYPE): _problem(status) for status in problems}}


def _problem(status: int) -> OpenApiResponse:
    description, code, detail = PROBLEMS[status]
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": REQUEST_ID,
    }
    return OpenApiResponse(
        ProblemSerializer, description=description, examples=[OpenApiExample(code, value=example)]
    )


def _reading(description: str) -> OpenApiResponse:
    return OpenApiResponse(
        PredictionSerializer, description=description, examples=[OpenApiExample("A word", value=READING)]
    )


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add what the serializers cannot tell: a question is never empty, but holds strokes or an image."""
    result["paths"]["/api/v1/predictions/"]["post"]["requestBody"]["required"] = True
    question = result["components"]["schemas"]["Question"]
    question["anyOf"] = [{"required": ["strokes"]}, {"required": ["image"]}]
    return result


LIST_AND_CREATE = extend_schema_view(
    get=extend_schema(
        tags=TAGS,
        summary="List readings",
        operation_id="predictions_list",
        responses=_answers({200: PredictionSerializer(many=True)}, 401, 404, 503),
        examples=[OpenApiExample("One reading", value=READING, response_only=True)],
    ),
    post=extend_schema(
        tags=TAGS,
        summary="Read strokes or an image",
        operation_id="predictions_create",
        request={"application/json": QuestionSerializer, "multipart/form-data": ImageFormSerializer},
        responses=_answers(
            {
                201: _reading("Read and kept."),
                200: _reading("Read; it replaces the earlier reading of this drawing."),
            },
            *(400, 401, 403, 413, 415, 422, 429, 503, 504),
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
        responses=_answers({200: _reading("The reading.")}, 401, 404, 503),
    ),
    delete=extend_schema(
        tags=TAGS,
        summary="Delete a reading",
        description="With its ink or its picture, for good.",
        operation_id="predictions_delete",
        responses=_answers({204: OpenApiResponse(description="Gone.")}, 401, 403, 404, 503),
    ),
)

CORRECT = extend_schema_view(
    put=extend_schema(
        tags=TAGS,
        summary="Correct a reading",
        operation_id="predictions_correct",
        request=CorrectionSerializer,
        responses=_answers(
            {200: _reading("The reading, with its correction.")}, 400, 401, 403, 404, 409, 413, 415, 503
        ),
        examples=[OpenApiExample("A correction", value={"text": "Hello"}, request_only=True)],
    ),
)

CONSENT = extend_schema_view(
    put=extend_schema(
        tags=TAGS,
        summary="Withdraw a reading from training",
        description=(
            "Readings train only where your account agrees (`teaches` in `me/`, off at first, changed on the "
            "account's page), and then only those that you corrected or confirmed, and did not withdraw."
        ),
        operation_id="predictions_consent",
        request=ConsentSerializer,
        responses=_answers({200: _reading("The reading.")}, 400, 401, 403, 404, 413, 415, 503),
        examples=[OpenApiExample("Withdrawn", value={"withdrawn": True}, request_only=True)],
    ),
)
