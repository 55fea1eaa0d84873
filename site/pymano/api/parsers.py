"""JSON as RFC 8259 has it, read strictly: what cannot be kept or is said twice is refused as a whole."""

import json
from collections.abc import Mapping
from typing import IO, Any, Never

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from pymano.recognition.refusal import Refusal

DEPTH = 16
# Four times what the most ink has. Empty lists and short names are short as text, and fill the memory.
VALUES = 500_000


class StrictJSONParser(JSONParser):
    """Reads UTF-8 JSON without NaN, Infinity, a name twice in an object, half surrogates or deep nesting."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the value; raise ParseError, or Refusal when it has too many parts."""
        text = _text(stream.read())
        value = _value(text)
        if _is_deep(value):
            raise ParseError("The body is nested too deeply.")
        if "\\u" in text and _has_half_surrogates(value):
            raise ParseError("The body has text that is not valid Unicode.")
        return value


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError("The body is not valid JSON: it is not UTF-8.") from error
    if sum(text.count(mark) for mark in "[{,") > VALUES:
        raise Refusal("too_large", "The body has too many values.")
    return text


def _value(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"The body is not valid JSON: {_reason(error)}.") from error


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg.lower()}, line {error.lineno}, column {error.colno}"
        case RecursionError():
            return "it is nested too deeply"
        case _RefusedError():
            return str(error)
        case _:
            return "it has a number that is too long"


class _RefusedError(ValueError):
    """Valid enough for Python, but not for us."""


def _no_constant(name: str) -> Never:
    raise _RefusedError(f"{name} is not a number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _RefusedError("an object names a member twice")
    return members


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in inside if isinstance(child, dict | list)]


def _has_half_surrogates(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
