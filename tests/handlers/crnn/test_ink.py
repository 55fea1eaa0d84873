import json
import math

import numpy as np
import pytest

from crnn import ink
from crnn.strip import HEIGHT, INK_HEIGHT, MARGIN, MAX_WIDTH, MIN_WIDTH, WIDENING, NothingToReadError
from tests import handwriting

HELLO = handwriting.ink("hello")


def drawn(strokes):
    return ink.draw(ink.parse(strokes))


def moved(strokes, scale=1.0, right=0.0, down=0.0):
    return [[[x * scale + right, y * scale + down] for x, y, *_ in stroke] for stroke in strokes]


def turned(strokes, degrees):
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [[[x * cosine - y * sine, x * sine + y * cosine] for x, y, *_ in stroke] for stroke in strokes]


def rows_with_ink(strip):
    rows = np.flatnonzero((strip.pixels > 127).any(axis=1))
    return int(rows[0]), int(rows[-1])


def columns_with_ink(strip):
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    return int(columns[0]), int(columns[-1])


# Parsing


def test_it_takes_points_with_time_and_pressure_and_keeps_their_places():
    [stroke] = ink.parse([[[1, 2], [3, 4, 16], [5, 6, None, None], [7.5, 8, 32, 0.5]]])
    assert stroke.tolist() == [[1, 2], [3, 4], [5, 6], [7.5, 8]]


def test_it_drops_empty_strokes():
    assert len(ink.parse([[], [[1, 2]], []])) == 1


@pytest.mark.parametrize("strokes", [[], [[]], [[], []], ()])
def test_no_point_at_all_is_nothing_to_read(strokes):
    with pytest.raises(NothingToReadError):
        ink.parse(strokes)


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        7,
        "hello",
        {"x": [1], "y": [2]},
        [7],
        ["hello"],
        [None],
        [{"x": 1}],
        [[7]],
        [[[7]]],
        [[[]]],
        [[None]],
        [["12"]],
        [[["1", "2"]]],
        [[[1, "2"]]],
        [[[1, None]]],
        [[[True, False]]],
        [[[[1, 2], [3, 4]]]],
        [[[[1, 2]], [[3, 4]]]],
        [[{"x": 1, "y": 2}]],
        [[[1, 2], [3]]],
        [1, 2],
        [[1, 2], [3, 4]],
    ],
)
def test_what_is_not_strokes_of_points_is_malformed(strokes):
    with pytest.raises(ink.MalformedInkError):
        ink.parse(strokes)


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "1e7", "-1000001", "1" + "0" * 400]
)
def test_numbers_that_are_not_finite_or_huge_are_malformed(number):
    strokes = json.loads(f"[[[0, 0], [{number}, 5]]]")
    with pytest.raises(ink.MalformedInkError, match="finite and at most a million"):
        ink.parse(strokes)


def test_a_million_is_still_a_coordinate():
    assert ink.parse([[[1e6, -1e6]]])[0].tolist() == [[1e6, -1e6]]


def test_a_hundred_thousand_points_are_drawn():
    strokes = [[[i % 1000, (i * 7) % 400] for i in range(100_000)]]
    assert drawn(strokes).pixels.any()


def test_a_hundred_thousand_strokes_are_drawn():
    strokes = [[[i % 1000, (i * 7) % 400]] for i in range(100_000)]
    assert drawn(strokes).pixels.any()


# Drawing


def test_a_strip_is_paper_with_ink_on_it():
    strip = drawn(HELLO)
    assert strip.pixels.shape[0] == HEIGHT
    assert strip.pixels.dtype == np.uint8
    assert strip.pixels[0].max() == 0
    assert strip.pixels.max() == 255
    assert 0.03 < (strip.pixels > 127).mean() < 0.4


def test_ink_fills_its_height_and_lies_in_the_middle():
    top, bottom = rows_with_ink(drawn(HELLO))
    assert abs(bottom - top - INK_HEIGHT) <= 3
    assert abs((top + bottom) / 2 - HEIGHT / 2) <= 1.5


def test_ink_is_widened():
    frame = ink.Frame.around(ink.parse(HELLO))
    strip = drawn(HELLO)
    left, right = columns_with_ink(strip)
    assert right - left == pytest.approx(frame.width / frame.height * INK_HEIGHT * WIDENING, abs=4)


def test_the_sides_of_the_ink_are_the_ends_of_its_fractions():
    strip = drawn(HELLO)
    left, right = columns_with_ink(strip)
    assert abs(strip.left - left) <= 2
    assert abs(strip.right - right) <= 2
    assert strip.left >= MARGIN
    assert strip.right <= strip.pixels.shape[1] - MARGIN


@pytest.mark.parametrize("scale", [0.001, 0.1, 3, 250])
def test_the_strip_is_the_same_at_any_scale(scale):
    expected = drawn(HELLO).pixels
    found = drawn(moved(HELLO, scale)).pixels
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).mean() < 1


@pytest.mark.parametrize(("right", "down"), [(1000, 0), (-40_000, 7000), (0, -250_000)])
def test_the_strip_is_the_same_wherever_the_ink_lies(right, down):
    expected = drawn(HELLO).pixels
    found = drawn(moved(HELLO, right=right, down=down)).pixels
    assert abs(found.shape[1] - expected.shape[1]) <= 1
    width = min(found.shape[1], expected.shape[1])
    assert np.abs(found[:, :width].astype(int) - expected[:, :width]).mean() < 4


def test_time_and_pressure_change_nothing():
    bare = [[[x, y] for x, y, *_ in stroke] for stroke in HELLO]
    assert np.array_equal(drawn(bare).pixels, drawn(HELLO).pixels)


def test_a_wider_pen_leaves_more_ink():
    strokes = ink.parse(HELLO)
    assert ink.draw(strokes, 4.0).pixels.sum() > 1.4 * ink.draw(strokes, 2.0).pixels.sum()


def test_a_long_line_is_drawn_smaller_so_that_it_fits():
    line = handwriting.ink("hello world " * 12)
    strip = drawn(line)
    top, bottom = rows_with_ink(strip)
    assert strip.pixels.shape == (HEIGHT, MAX_WIDTH)
    assert bottom - top < INK_HEIGHT
    assert columns_with_ink(strip)[1] > MAX_WIDTH - 2 * MARGIN


def test_a_dash_is_not_blown_up():
    strip = drawn([[[0, 0], [30, 1], [60, 0]]])
    top, bottom = rows_with_ink(strip)
    assert bottom - top < 8
    assert strip.pixels.shape[1] < 4 * HEIGHT


def test_an_ellipsis_is_not_blown_up():
    strip = drawn([[[0, 0]], [[30, 1]], [[60, 0]]])
    top, bottom = rows_with_ink(strip)
    assert bottom - top < 8
    assert strip.pixels.shape[1] < 4 * HEIGHT


@pytest.mark.parametrize("degrees", [-12, -5, 5, 12])
def test_a_sloping_line_is_levelled(degrees):
    line = handwriting.ink("hello old world " * 2)
    level, sloping = drawn(line).pixels, drawn(turned(line, degrees)).pixels
    assert abs(level.shape[1] - sloping.shape[1]) <= 0.08 * level.shape[1]


@pytest.mark.parametrize("strokes", [[[[0, 100], [100, 0]]], [[[0, 0], [50, 100], [100, 0]]]])
def test_what_is_as_high_as_wide_is_never_turned(strokes):
    parsed = ink.parse(strokes)
    assert [stroke.tolist() for stroke in ink.level(parsed)] == [stroke.tolist() for stroke in parsed]


def test_a_steep_line_is_left_as_it_is():
    line = ink.parse(turned(handwriting.ink("hello world"), 30))
    assert np.array_equal(np.concatenate(ink.level(line)), np.concatenate(line))


# What hardly is ink


@pytest.mark.parametrize("touch", [[[30, 250]], [[200, 600], [203, 604]], [[-90, 300]]])
def test_a_touch_far_below_the_writing_changes_nothing_but_where_it_lies(touch):
    plain, touched = drawn(HELLO), drawn([*HELLO, touch])
    assert np.array_equal(plain.pixels, touched.pixels)
    assert np.array_equal(plain.trace, touched.trace)
    points = np.array([point[:2] for stroke in [*HELLO, touch] for point in stroke])
    low, high = points[:, 0].min(), points[:, 0].max()
    written = np.array([point[0] for stroke in HELLO for point in stroke])
    column = MARGIN + (plain.pixels.shape[1] - 2 * MARGIN) / 2
    middle = (written.min() + written.max()) / 2
    assert touched.fraction(column) == pytest.approx((middle - low) / (high - low), abs=0.01)
    assert touched.stretched(1.3).fraction(column * 1.3) == pytest.approx(touched.fraction(column), abs=0.02)


def test_a_touch_far_below_a_sloping_line_lets_it_be_levelled():
    line = handwriting.ink("well till hello")
    slope = turned(line, 8)
    assert np.array_equal(drawn([*slope, [[400, 900]]]).pixels, drawn(slope).pixels)


@pytest.mark.parametrize(
    "strokes",
    [
        [*HELLO, [[200, 60]]],  # a full stop that lies low
        [[[10, 0], [20, -40], [30, 0]], [[20, 30]]],
        [[[0, 0]], [[0, 400]]],  # a colon, of dots alone
        [[[0, 50], [0, 90]], [[0, -60]]],  # the dot of an i that lies high
    ],
)
def test_dots_that_belong_to_the_writing_are_kept(strokes):
    parsed = ink.parse(strokes)
    assert len(ink.without_stray_taps(parsed)) == len(parsed)


def test_one_dot_is_ink():
    strip = drawn([[[10, 10]]])
    assert strip.pixels.shape == (HEIGHT, MIN_WIDTH)
    rows, columns = np.nonzero(strip.pixels)
    assert len(rows) >= 4
    assert abs(rows.mean() - (HEIGHT - 1) / 2) < 1
    assert abs(columns.mean() - (MIN_WIDTH - 1) / 2) < 1


@pytest.mark.parametrize(
    "strokes",
    [
        [[[5, 5]] * 50],
        [[[5, 5]]] * 20,
        [[[5, 0], [5, 100]]],
        [[[5, -1e6], [5, 1e6]]],
        [[[-5e5, 0], [5e5, 0]]],
        [[[-1e6, 3], [1e6, 3]]],
        [[[-1e6, -1e6], [1e6, 1e6]]],
        [[[0, 0], [0, 1]], [[1e6, 0], [1e6, 1]]],
        [[[0, -1e6], [1, -1e6]], [[0, 1e6], [1, 1e6]]],
        [[[0, 0], [1e-30, 1e-30]]],
        [[[0, 0], [0, 1e-42]]],
        [[[1e6, 1e6], [1e6 - 0.06, 1e6]]],
        [[[i * 100, 0], [i * 100 + 60, 0]] for i in range(9)],
        [[[i * 1e5, 0], [i * 1e5 + 6e4, 0]] for i in range(9)],
        [[[i * 1e5, 7]] for i in range(9)],
        [[[i * 1e5, (i % 2) * 1e-30], [i * 1e5 + 6e4, 0]] for i in range(9)],
    ],
)
def test_ink_that_is_hardly_ink_is_drawn_all_the_same(strokes):
    strip = drawn(strokes)
    assert MIN_WIDTH <= strip.pixels.shape[1] <= MAX_WIDTH
    assert (strip.pixels > 127).any()
    assert 0 <= strip.left <= strip.right <= strip.pixels.shape[1]


def test_a_row_of_level_dashes_is_drawn_the_same_at_any_scale():
    small = [[[i * 10, 0], [i * 10 + 6, 0]] for i in range(9)]
    assert np.array_equal(drawn(small).pixels, drawn(moved(small, 4096)).pixels)


# Other looks


def test_stretched_ink_is_drawn_anew_with_the_same_pen():
    strip = drawn([[[0, 0], [0, 100]], [[200, 0], [200, 100]]])
    wider = strip.stretched(1.3)
    assert np.diff(columns_with_ink(wider)) == pytest.approx(1.3 * np.diff(columns_with_ink(strip)), abs=1)
    assert rows_with_ink(wider) == rows_with_ink(strip)
    assert int((wider.pixels[24] > 127).sum()) == int((strip.pixels[24] > 127).sum())


def test_ink_may_be_stretched_again():
    strip = drawn(HELLO)
    assert strip.stretched(1.25).stretched(0.8).pixels.shape == strip.pixels.shape
