"""Ink on its way to a training set: scaled, thinned, whole numbers."""

import math
from itertools import pairwise

import pytest

from pymano.teaching.ink import for_training, thinned


def test_it_is_a_thousand_high_from_nothing_on():
    strokes = [[[10.5, -20, 0, 0.5], [12.5, -10, 5, 0.5]], [[10.5, 0, None, None]]]
    assert for_training(strokes) == [[[0, 0], [100, 500]], [[0, 1000]]]


def test_what_is_very_wide_is_less_high_so_that_it_fits_16_bits():
    ((first, last),) = for_training([[[0, 0], [6400, 100]]])
    assert first == [0, 0]
    assert last == [32_000, 500]


@pytest.mark.parametrize("stroke", [[[7, 7]], [[7, 7], [7, 7]]])
def test_a_dot_stays_where_it_is(stroke):
    assert {tuple(point) for point in for_training([stroke])[0]} == {(0, 0)}


def test_strokes_without_points_are_left_out():
    assert for_training([[], [[0, 0], [0, 5]], []]) == [[[0, 0], [0, 1000]]]


def test_points_on_a_line_go_and_corners_stay():
    line = [(float(x), 0.0) for x in range(100)]
    corner = [(99.0, float(y)) for y in range(1, 100)]
    assert thinned([*line, *corner]) == [(0, 0), (99, 0), (99, 99)]


def test_nothing_moves_by_more_than_the_tolerance():
    circle = [(500 * math.cos(turn / 100), 500 * math.sin(turn / 100)) for turn in range(629)]
    kept = thinned(circle)
    assert len(kept) < 60
    pairs = list(pairwise(kept))
    assert all(min(away(point, *pair) for pair in pairs) <= 3 for point in circle)


def away(point, start, end):
    """How far a point is from a stretch, by trying."""
    tried = (
        (start[0] + (end[0] - start[0]) * i / 200, start[1] + (end[1] - start[1]) * i / 200)
        for i in range(201)
    )
    return min(math.dist(point, one) for one in tried)


def test_a_stroke_that_goes_back_over_itself_keeps_its_turn():
    assert thinned([(0, 0), (100, 0), (50, 0)]) == [(0, 0), (100, 0), (50, 0)]
