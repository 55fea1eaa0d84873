"""What the OpenAPI document says of accounts and tokens, beyond what it finds by itself."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema

from pymano.accounts.serializers import MeSerializer, RegisterSerializer
from pymano.accounts.tokens import TokenPairSerializer
from pymano.api.problems import MEDIA_TYPE
from pymano.api.serializers import ProblemSerializer

TAGS = ["accounts"]
MALFORMED = "Malformed, or a field is not as it should be: `malformed`, `invalid`."
TOO_OFTEN = "Too many attempts, see Retry-After: `throttled`."
NOT_VALID = "No token, or one that is not valid: `not_authenticated`, `token_not_valid`."


AWAY = {503: "The database is away, see Retry-After: `database_away`."}
SENT = {
    413: "Over 1 MB: `too_large`.",
    415: "Not JSON: `unsupported_media_type`.",
    **AWAY,
}


def _answers(good: tuple[int, Any], refusals: dict[int, str]) -> dict[Any, Any]:
    """Return the answers of a view: the good one, and when each problem is answered."""
    problems = {
        (status, MEDIA_TYPE): OpenApiResponse(ProblemSerializer, description=said)
        for status, said in refusals.items()
    }
    return {good[0]: good[1], **problems}


TOKEN = extend_schema(
    tags=TAGS,
    summary="Get a pair of tokens",
    responses=_answers(
        (200, TokenPairSerializer),
        {
            400: MALFORMED,
            401: "The name or the password is wrong: `not_authenticated`.",
            403: "The e-mail address has to be confirmed first: `permission_denied`.",
            429: TOO_OFTEN,
            **SENT,
        },
    ),
    examples=[
        OpenApiExample("Bob", value={"username": "bob", "password": "a horse in rain"}, request_only=True),
    ],
)
REFRESH = extend_schema(
    tags=TAGS,
    summary="Get the next pair of tokens",
    responses=_answers((200, TokenPairSerializer), {400: MALFORMED, 401: NOT_VALID, **SENT}),
)
BLACKLIST = extend_schema(
    tags=TAGS,
    summary="Give a refresh token back",
    responses=_answers(
        (200, OpenApiResponse(description="It is of no use any more.")),
        {400: MALFORMED, 401: NOT_VALID, **SENT},
    ),
)
REGISTER = extend_schema(
    tags=TAGS,
    summary="Make an account",
    auth=[],
    responses=_answers(
        (201, RegisterSerializer),
        {
            400: MALFORMED,
            403: "Sign-up is closed on this site: `permission_denied`.",
            429: TOO_OFTEN,
            **SENT,
        },
    ),
    examples=[
        OpenApiExample(
            "Alice",
            value={"username": "alice", "email": "alice@example.org", "password": "a horse in rain"},
            request_only=True,
        ),
    ],
)
ME = extend_schema(
    tags=TAGS, summary="See your account", responses=_answers((200, MeSerializer), {401: NOT_VALID, **AWAY})
)
