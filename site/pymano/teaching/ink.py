"""Ink as training sets hold it: whole numbers, one height, few points, and nothing of when or how hard."""

from collections.abc import Sequence
from math import hypot

Point = tuple[float, float]

HEIGHT = 1000
# The widest ink for its height: training keeps coordinates in 16 bits.
ASPECT = 32
TOLERANCE = 3.0


def for_training(strokes: Sequence[Sequence[Sequence[float | None]]]) -> list[list[list[int]]]:
    """Scale strokes of any units to a height of 1,000, or less where they are very wide, and thin them."""
    ink = [[(point[0] or 0.0, point[1] or 0.0) for point in stroke] for stroke in strokes if stroke]
    xs, ys = zip(*(point for stroke in ink for point in stroke), strict=True)
    left, top = min(xs), min(ys)
    size = max(max(ys) - top, (max(xs) - left) / ASPECT)
    scale = HEIGHT / size if size else 1.0
    placed = ([((x - left) * scale, (y - top) * scale) for x, y in stroke] for stroke in ink)
    return [[[round(x), round(y)] for x, y in thinned(stroke)] for stroke in placed]


def thinned(stroke: Sequence[Point], tolerance: float = TOLERANCE) -> list[Point]:
    """Leave out points that lie within the tolerance of the line without them (Douglas and Peucker, 1973)."""
    kept = {0, len(stroke) - 1}
    pieces = [(0, len(stroke) - 1)]
    while pieces:
        first, last = pieces.pop()
        between = range(first + 1, last)
        away = [_distance(stroke[index], stroke[first], stroke[last]) for index in between]
        if away and max(away) > tolerance:
            farthest = between[away.index(max(away))]
            kept.add(farthest)
            pieces += [(first, farthest), (farthest, last)]
    return [stroke[index] for index in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """How far a point is from the stretch between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    beside = (point[0] - start[0], point[1] - start[1])
    square = along[0] ** 2 + along[1] ** 2
    share = (along[0] * beside[0] + along[1] * beside[1]) / square if square else 0.0
    share = min(1.0, max(0.0, share))
    return hypot(beside[0] - share * along[0], beside[1] - share * along[1])
