"""Ink as it is sent: a list of strokes, each a list of points [x, y, t?, pressure?]. Checked, not changed."""

from typing import TypeGuard

from pymano.recognition.refusal import Refusal

Point = list[float | None]
Strokes = list[list[Point]]

POINTS = 20_000
COORDINATE = 1e6
# In ms; wide enough for clients that count from 1970.
TIME = 1e15


def check(value: object) -> Strokes:
    """Return the value when it is ink that can be read; raise Refusal when it is not.

    Coordinates are numbers within a million; t (ms) and pressure (0 to 1) may be left out or null.
    """
    if not isinstance(value, list):
        raise Refusal("malformed", "Strokes must be a list of strokes, each a list of points [x, y].")
    if len(value) > POINTS or _count(value) > POINTS:
        raise Refusal("too_large", f"Ink may have at most {POINTS:,} points.")
    for number, stroke in enumerate(value, start=1):
        if not _is_stroke(stroke):
            raise Refusal("malformed", f"Stroke {number} is not a list of points {_POINT}.")
    if not any(value):
        raise Refusal("nothing_to_read", "There is no ink in this.")
    return value


_POINT = "[x, y, t?, pressure?] of finite numbers: x and y within a million, t in ms, pressure 0 to 1"


def _count(strokes: list[object]) -> int:
    return sum(len(stroke) for stroke in strokes if isinstance(stroke, list))


def _is_stroke(value: object) -> TypeGuard[list[Point]]:
    return isinstance(value, list) and all(_is_point(point) for point in value)


def _is_point(value: object) -> bool:
    if not isinstance(value, list) or not 2 <= len(value) <= 4:
        return False
    return (
        _within(value[0], -COORDINATE, COORDINATE)
        and _within(value[1], -COORDINATE, COORDINATE)
        and (len(value) < 3 or value[2] is None or _within(value[2], -TIME, TIME))
        and (len(value) < 4 or value[3] is None or _within(value[3], 0, 1))
    )


def _within(value: object, low: float, high: float) -> bool:
    # Not a number (NaN) is within nothing; True and False are not numbers here.
    return (type(value) is float or type(value) is int) and low <= value <= high
