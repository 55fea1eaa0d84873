"""Handwriting for the tests, made by hand: letters as points that a pen passes, joined by smooth curves.

`ink("hello")` gives strokes as a browser would: [x, y, t in ms, pressure], some hundred points a word.
"""

from collections.abc import Iterator

Point = tuple[float, float]
Curve = list[Point]

# Each letter: its width, then the points of its strokes. y grows downwards from the baseline at 0; an x is
# 50 high. A bar lifts the pen; a point written twice is a corner.
LETTERS: dict[str, tuple[float, str]] = {
    " ": (50, ""),
    "a": (
        58,
        "39,-42 33,-49 24,-51 13,-46 6,-34 4,-18 9,-5 17,0 27,-5 35,-17 40,-33 41,-47 41,-47 40,-20 45,-3 "
        "54,-5",
    ),
    "c": (46, "38,-40 27,-50 11,-43 5,-24 12,-5 27,0 40,-10"),
    "d": (
        58,
        "39,-42 33,-49 24,-51 13,-46 6,-34 4,-18 9,-5 17,0 28,-6 37,-22 41,-46 43,-75 44,-101 44,-101 "
        "42,-50 43,-13 48,-2 55,-4",
    ),
    "e": (48, "6,-25 18,-27 30,-31 37,-39 32,-48 22,-51 12,-46 6,-35 5,-20 11,-6 22,0 34,-4 44,-15"),
    "h": (52, "9,-102 6,-60 5,-20 4,0 4,0 8,-25 16,-42 26,-49 34,-45 37,-32 37,-16 39,-3 47,-2"),
    "i": (22, "6,-49 5,-22 8,-2 18,-4 | 8,-71 8.5,-70"),
    "l": (28, "10,-101 7,-52 7,-14 10,-2 16,0 25,-7"),
    "o": (50, "31,-48 21,-51 11,-46 5,-34 4,-19 10,-5 22,0 34,-5 41,-18 41,-34 34,-46 24,-50"),
    "r": (40, "5,-49 7,-25 6,0 6,0 9,-28 16,-43 25,-48 35,-46"),
    "t": (38, "16,-87 12,-45 12,-13 16,-2 24,0 34,-7 | 1,-52 16,-54 34,-55"),
    "1": (40, "8,-78 25,-100 25,-100 25,-50 25,0"),
    "4": (62, "34,-100 20,-66 5,-34 5,-34 30,-34 56,-34 | 42,-62 42,-30 42,0"),
    "8": (56, "44,-84 28,-100 12,-84 22,-58 42,-38 44,-14 26,0 9,-16 20,-42 40,-64 44,-84"),
    "9": (54, "44,-76 32,-98 12,-92 8,-68 22,-52 40,-62 44,-80 44,-80 43,-40 36,0"),
    "w": (64, "3,-49 7,-24 12,-5 17,0 23,-9 28,-26 31,-43 31,-43 33,-22 37,-5 43,0 50,-10 55,-30 58,-50"),
}


def ink(text: str, *, left: float = 0, baseline: float = 0, size: float = 1) -> list[list[list[float]]]:
    """Write a text: strokes of [x, y, t, pressure], the pen at an even pace, with rests between strokes."""
    strokes, clock, x = [], 0.0, left
    for letter in text:
        width, curves = LETTERS[letter]
        for curve in filter(None, curves.split("|")):
            stroke = []
            for px, py in smooth(points(curve)):
                stroke.append([round(x + px * size, 2), round(baseline + py * size, 2), clock, 0.5])
                clock += 8
            strokes.append(stroke)
            clock += 120
        x += width * size
    return strokes


def points(curve: str) -> Curve:
    """Parse "3,-49 7,-24" as points."""
    x_and_y = (pair.split(",") for pair in curve.split())
    return [(float(x), float(y)) for x, y in x_and_y]


def smooth(curve: Curve, steps: int = 6) -> Iterator[Point]:
    """Pass a Catmull-Rom spline through the points: a straight hand would look like none."""
    padded = [curve[0], *curve, curve[-1]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(steps):
            yield _between(a, b, c, d, step / steps)
    yield curve[-1]


def _between(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    x, y = (
        0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)
        for p, q, r, s in zip(a, b, c, d, strict=True)
    )
    return x, y
