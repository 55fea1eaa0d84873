"""Handwriting for the tests, made by hand: letters as points that a pen passes, joined by smooth curves.

`ink("hello")` gives strokes as a browser would: [x, y, t in ms, pressure], some hundred points a word.
"""

from collections.abc import Iterator

Point = tuple[float, float]
Curve = list[Point]

# Each letter: its width, then its strokes. y grows downwards from the baseline at 0; an x is 50 high.
# A point written twice is a corner.
LETTERS: dict[str, tuple[float, list[Curve]]] = {
    "a": (
        58,
        [
            [
                (39, -43),
                (26, -51),
                (9, -41),
                (4, -19),
                (13, -1),
                (27, -6),
                (38, -25),
                (41, -47),
                (41, -47),
                (40, -20),
                (45, -3),
                (54, -5),
            ]
        ],
    ),
    "d": (
        58,
        [
            [
                (39, -43),
                (25, -51),
                (9, -40),
                (5, -17),
                (15, -1),
                (29, -7),
                (39, -27),
                (42, -62),
                (44, -101),
                (44, -101),
                (42, -50),
                (44, -8),
                (53, -2),
            ]
        ],
    ),
    "e": (
        48,
        [
            [
                (6, -24),
                (22, -26),
                (37, -33),
                (33, -47),
                (19, -51),
                (7, -37),
                (5, -17),
                (15, -1),
                (31, -2),
                (44, -13),
            ]
        ],
    ),
    "h": (
        52,
        [
            [
                (9, -102),
                (6, -60),
                (5, -20),
                (4, 0),
                (4, 0),
                (8, -25),
                (19, -46),
                (32, -47),
                (37, -29),
                (38, -5),
                (46, -1),
            ]
        ],
    ),
    "i": (22, [[(6, -49), (5, -22), (8, -2), (18, -4)], [(8, -71), (8.5, -70)]]),
    "l": (28, [[(10, -101), (7, -52), (7, -10), (14, 0), (24, -5)]]),
    "o": (
        50,
        [[(31, -49), (15, -47), (4, -27), (9, -5), (24, 0), (39, -13), (42, -33), (33, -48), (23, -47)]],
    ),
    "r": (40, [[(5, -49), (7, -25), (6, 0), (6, 0), (9, -28), (19, -46), (34, -46)]]),
    "t": (38, [[(16, -87), (12, -45), (13, -8), (21, 0), (33, -6)], [(1, -52), (16, -54), (34, -55)]]),
    "w": (
        64,
        [
            [
                (3, -49),
                (9, -19),
                (16, -1),
                (24, -15),
                (30, -40),
                (30, -40),
                (34, -14),
                (42, -1),
                (51, -17),
                (57, -50),
            ]
        ],
    ),
}
SPACE = 34


def ink(text: str, *, left: float = 0, baseline: float = 0, size: float = 1) -> list[list[list[float]]]:
    """Write a text: strokes of [x, y, t, pressure], the pen at an even pace, with rests between strokes."""
    strokes, clock, x = [], 0.0, left
    for letter in text:
        width, curves = LETTERS.get(letter, (SPACE, []))
        for curve in curves:
            stroke = []
            for px, py in smooth(curve):
                stroke.append([round(x + px * size, 2), round(baseline + py * size, 2), clock, 0.5])
                clock += 8
            strokes.append(stroke)
            clock += 120
        x += width * size
    return strokes


def width(text: str, size: float = 1) -> float:
    """How wide a written text is."""
    return sum(LETTERS.get(letter, (SPACE, []))[0] for letter in text) * size


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
