"""What TorchServe's answers say: JSON in, frozen dataclasses out, and nothing is taken on trust."""

import json
from dataclasses import dataclass
from typing import Any

from pymano.serving.state import State

ALTERNATIVES = 5
REFUSALS = {"blank", "truncated", "malformed", "too_large", "unsupported"}


class Unintelligible(ValueError):
    """The answer is not what the handler is known to say."""


@dataclass(frozen=True)
class Alternative:
    """Another text that the ink may say; its confidence lies in 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Character:
    """One character of the text, and where it stands: fractions of the ink's width."""

    text: str
    confidence: float
    start: float
    end: float


@dataclass(frozen=True)
class Reading:
    """What the recogniser read, and which model it was. Alternatives: other texts, best first, at most 5."""

    text: str
    confidence: float
    alternatives: tuple[Alternative, ...]
    characters: tuple[Character, ...]
    model_name: str
    model_version: str


def reading_in(answer: bytes) -> Reading:
    """Return the reading that a 200 carries; raise Unintelligible when it carries none."""
    said = _json(answer)
    text, model = text_in(said, "text"), _dict(said, "model")
    others = [_alternative(item) for item in _list(said, "alternatives")]
    return Reading(
        text=text,
        confidence=_fraction(said, "confidence"),
        alternatives=tuple(other for other in others if other.text != text)[:ALTERNATIVES],
        characters=tuple(_character(item) for item in _list(said, "characters")),
        model_name=text_in(model, "name")[:100],
        model_version=text_in(model, "version")[:100],
    )


def refusal_in(answer: bytes) -> str:
    """Return the code that a 422 carries; raise Unintelligible when it carries none that is known."""
    code = text_in(_json(answer), "code")
    if code not in REFUSALS:
        raise Unintelligible(f"unknown refusal {code!r}")
    return code


def versions_in(answer: bytes) -> list[dict[str, Any]]:
    """Return the management API's words on a model: an object for each of its versions."""
    versions = _loads(answer)
    if not isinstance(versions, list):
        raise Unintelligible("versions is not a list")
    return [_object(version) for version in versions]


def message_in(answer: bytes) -> str:
    """Return what an error of TorchServe's says, or nothing where it says nothing that is understood."""
    try:
        return text_in(_json(answer), "message")
    except Unintelligible:
        return ""


def state_in(answer: bytes) -> State:
    """Return what the management API's words on a model say of workers and queue."""
    versions = versions_in(answer)
    workers = [worker for version in versions for worker in objects_in(version, "workers")]
    ready = sum(worker.get("status") == "READY" for worker in workers)
    free = [_capacity(version) for version in versions]
    return State(
        "ready" if ready else "starting", ready, min((n for n in free if n is not None), default=None)
    )


def _capacity(version: dict[str, Any]) -> int | None:
    queue = version.get("jobQueueStatus")
    capacity = queue.get("remainingCapacity") if isinstance(queue, dict) else None
    return capacity if isinstance(capacity, int) else None


def _alternative(item: object) -> Alternative:
    said = _object(item)
    return Alternative(text_in(said, "text"), _fraction(said, "confidence"))


def _character(item: object) -> Character:
    said = _object(item)
    return Character(
        text_in(said, "text"), _fraction(said, "confidence"), _fraction(said, "start"), _fraction(said, "end")
    )


def _loads(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Unintelligible("not JSON") from error


def _json(answer: bytes) -> dict[str, Any]:
    return _object(_loads(answer))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unintelligible("not an object")
    return value


def _dict(said: dict[str, Any], name: str) -> dict[str, Any]:
    return _object(said.get(name))


def _list(said: dict[str, Any], name: str) -> list[object]:
    value = said.get(name)
    if not isinstance(value, list):
        raise Unintelligible(f"{name} is not a list")
    return value


def objects_in(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return a member that is a list of objects; raise Unintelligible where it is not."""
    return [_object(item) for item in _list(said, name)]


def text_in(said: dict[str, Any], name: str) -> str:
    """Return a member that is text; raise Unintelligible where it is not."""
    value = said.get(name)
    if not isinstance(value, str) or _is_broken(value):
        raise Unintelligible(f"{name} is not text")
    return value


def _is_broken(value: str) -> bool:
    # JSON can spell halves of surrogate pairs, which no database takes.
    return any("\ud800" <= letter <= "\udfff" for letter in value)


def _fraction(said: dict[str, Any], name: str) -> float:
    value = said.get(name)
    # Rounding may leave a little more than 1 or less than 0; not a number (NaN) fails each comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e-3 <= value <= 1 + 1e-3:
        raise Unintelligible(f"{name} is not a fraction")
    return min(1.0, max(0.0, float(value)))
