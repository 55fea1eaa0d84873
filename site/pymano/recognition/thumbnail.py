"""Small drawings of ink for the lists: strokes as the path of an SVG, thinned and rounded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import dist

Point = tuple[float, float]
Strokes = Sequence[Sequence[Sequence[float | None]]]

WIDTH, HEIGHT = 320, 96
MARGIN = 6
NEAR = 2.0
MOST_POINTS = 1500


@dataclass(frozen=True)
class Thumbnail:
    """A box, and the path in it: `M1 2L3 4` for each stroke; a dot is a line of no length."""

    width: int
    height: int
    path: str


def thumbnail(strokes: Strokes) -> Thumbnail:
    """Fit strokes of any units into 320 by 96, in proportion; short ink gets a narrower box."""
    ink = [[(point[0] or 0.0, point[1] or 0.0) for point in stroke] for stroke in strokes if stroke]
    if not ink:
        return Thumbnail(WIDTH, HEIGHT, "")
    left, top, width, height = _box(ink)
    scale = min((WIDTH - 2 * MARGIN) / max(width, 1e-9), (HEIGHT - 2 * MARGIN) / max(height, 1e-9))
    if not width and not height:
        scale = 1.0
    placed = (
        [(MARGIN + (x - left) * scale, MARGIN + (y - top) * scale) for x, y in stroke] for stroke in ink
    )
    near = NEAR * max(1.0, sum(map(len, ink)) / MOST_POINTS)
    path = "".join(_path(_thinned(stroke, near)) for stroke in placed)
    return Thumbnail(round(width * scale) + 2 * MARGIN, round(height * scale) + 2 * MARGIN, path)


def _box(ink: list[list[Point]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*(point for stroke in ink for point in stroke), strict=True)
    return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def _thinned(stroke: list[Point], near: float) -> Iterator[Point]:
    """Leave out points that lie near the last one kept; the first and the last stay."""
    kept = stroke[0]
    yield kept
    for point in stroke[1:-1]:
        if dist(kept, point) >= near:
            kept = point
            yield kept
    yield stroke[-1]


def _path(stroke: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in stroke)
