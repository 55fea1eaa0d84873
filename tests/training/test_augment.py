from copy import deepcopy

import numpy as np
import pytest

from crnn import ink
from tests import handwriting, paper
from training import augment
from training.augment import random_pen, vary_ink, vary_strip
from training.samples import Sample

HELLO = ink.parse(handwriting.ink("hello"))
SAMPLE = Sample.of(ink.draw(HELLO), "hello")
STRIP = SAMPLE.pixels


def test_the_same_chance_varies_the_same():
    one, two = (vary_ink(HELLO, np.random.default_rng(9)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert np.array_equal(*(vary_strip(SAMPLE, np.random.default_rng(9)).pixels for _ in range(2)))


def test_varied_ink_has_the_same_strokes_but_for_a_dot_and_still_is_ink(random):
    for _ in range(200):
        varied = vary_ink(HELLO, random)
        assert [len(stroke) for stroke in varied[len(HELLO) :]] in ([], [1])
        for stroke in varied:
            assert stroke.dtype == np.float32
            assert len(stroke)
            assert np.isfinite(stroke).all()


def test_varied_ink_still_looks_alike(random):
    alike = [paper.likeness(STRIP, ink.draw(vary_ink(HELLO, random)).pixels) for _ in range(50)]
    assert np.median(alike) > 0.35


def test_a_dot_is_forgotten_or_one_falls_within_the_ink(random):
    dotted = [*HELLO, np.array([[3, 4]], np.float32)]
    low, high = np.concatenate(HELLO).min(axis=0), np.concatenate(HELLO).max(axis=0)
    numbers = set()
    for _ in range(60):
        varied = augment._dotted(dotted, random)
        numbers.add(len(varied) - len(dotted))
        for stroke in varied[len(dotted) :]:
            assert stroke.shape == (1, 2)
            assert (stroke >= np.minimum(low, 3)).all()
            assert (stroke <= np.maximum(high, 4)).all()
    assert numbers == {-1, 1}


def test_the_only_dot_there_is_is_never_forgotten(random):
    dot = [np.array([[3, 4]], np.float32)]
    assert all(len(augment._dotted(dot, random)) == 2 for _ in range(60))


def test_a_baseline_that_drifts_bends_one_way(random):
    x = np.linspace(0, 500, 101, dtype=np.float32)
    for _ in range(20):
        shift = augment._drift(x, 100, random)
        assert shift.dtype == np.float32
        assert shift[50] == pytest.approx(0, abs=1e-3)
        assert shift[0] == pytest.approx(shift[-1], abs=1e-3)
        assert len({np.sign(step) for step in np.diff(shift)[:50]}) == 1


def test_a_mouse_keeps_the_ends_near_and_stops_at_whole_pixels(random):
    [line] = ink.parse([[[x, (x / 10) ** 2] for x in range(101)]])
    for _ in range(50):
        foreseen = deepcopy(random)
        foreseen.uniform()  # how far the points lie apart
        pixel = 100 / foreseen.uniform(40, 200)
        [moved] = augment._with_a_mouse([line], 100, random)
        assert 5 <= len(moved) < len(line)
        assert np.abs(moved[[0, -1]] - line[[0, -1]]).max() <= 0.51 * pixel
        assert moved / pixel == pytest.approx(np.rint(moved / pixel), abs=0.01)


def test_points_a_step_apart_keep_to_the_way():
    corner = np.array([[0, 0], [10, 0], [10, 10]], np.float32)
    assert augment._every(corner, 5).tolist() == [[0, 0], [4, 0], [8, 0], [10, 2], [10, 6], [10, 10]]
    assert augment._every(corner, 50) is corner


def test_a_broad_nib_makes_strokes_wider_and_none_thinner(random):
    for _ in range(20):
        broad = augment._broad_nibbed(STRIP, random)
        assert broad.shape == STRIP.shape
        assert (broad >= STRIP).all()
        assert broad.sum() > 1.1 * STRIP.sum()


def test_varying_leaves_the_original_alone(random):
    before = [stroke.copy() for stroke in HELLO]
    sample = deepcopy(SAMPLE)
    for _ in range(50):
        vary_ink(HELLO, random)
        vary_strip(sample, random)
    assert all(np.array_equal(a, b) for a, b in zip(before, HELLO, strict=True))
    assert np.array_equal(sample.pixels, STRIP)
    assert np.array_equal(sample.trace, SAMPLE.trace)


@pytest.mark.parametrize(
    "strokes", [[[[5, 5]]], [[[0, 0], [50, 0]]], [[[0, 0], [0, 50]]], [[[1, 1]], [[9, 1]]]]
)
def test_a_dot_and_a_dash_can_be_varied(strokes, random):
    for _ in range(100):
        assert ink.draw(vary_ink(ink.parse(strokes), random), random_pen(random)).pixels.any()


def test_a_varied_strip_keeps_its_size_and_its_ink(random):
    for _ in range(300):
        varied = vary_strip(SAMPLE, random)
        assert varied.text == "hello"
        assert varied.pixels.shape == STRIP.shape
        assert varied.pixels.dtype == np.uint8
        assert varied.pixels.max() > 60


def test_a_varied_strip_keeps_a_trace_that_goes_with_its_ink_or_has_none(random):
    varied = [vary_strip(SAMPLE, random) for _ in range(300)]
    traces = [each.trace for each in varied if each.trace is not None]
    assert 0.4 < len(traces) / len(varied) < 0.65
    for each in varied:
        if each.trace is not None:
            assert each.trace.dtype == SAMPLE.trace.dtype
            assert np.abs(each.trace[:, each.pixels == 0]).mean() < 10 < np.abs(each.trace).max()


def test_a_strip_of_a_picture_has_no_trace_however_it_is_varied(random):
    of_a_picture = Sample(STRIP, "hello")
    assert all(vary_strip(of_a_picture, random).trace is None for _ in range(100))


def test_some_strokes_are_written_from_their_other_end(random):
    turned = [augment._backwards(HELLO, random) for _ in range(100)]
    assert any(not np.array_equal(one, two) for each in turned for one, two in zip(each, HELLO, strict=True))
    for each in turned:
        for one, two in zip(each, HELLO, strict=True):
            assert np.array_equal(one, two) or np.array_equal(one, two[::-1])


def test_letters_are_set_closer_or_wider_and_keep_their_shape(random):
    letters = ink.parse([[[0, 0], [10, 20]], [[30, 0], [40, 20]], [[35, -5]], [[90, 0], [80, 20]]])
    spaces = set()
    for _ in range(50):
        one, two, dot, three = augment._spaced(letters, random)
        first, second = float(two[0, 0] - one[1, 0]), float(three[:, 0].min() - two[:, 0].max())
        assert second / first == pytest.approx(40 / 20, rel=1e-4)
        assert dot[0, 0] - two[0, 0] == pytest.approx(5, abs=1e-3)
        for before, after in zip(letters, (one, two, dot, three), strict=True):
            assert after - after[0] == pytest.approx(before - before[0], abs=1e-3)
        spaces.add(first > 20)
    assert spaces == {True, False}


def test_letters_that_lie_above_each_other_stay_so(random):
    [over] = augment._spaced(ink.parse([[[0, 0], [50, 10], [20, 30]]]), random)
    assert over == pytest.approx(np.array([[0, 0], [50, 10], [20, 30]]), abs=1e-3)


def test_a_fast_hand_cuts_corners_and_keeps_the_ends(random):
    [corner] = ink.parse([[[0, 0], [100, 0], [100, 100]]])
    for _ in range(20):
        [rounded] = augment._rounded([corner], random)
        assert rounded[[0, -1]] == pytest.approx(corner[[0, -1]], abs=1e-3)
        nearest = np.hypot(*(rounded - corner[1]).T).min()
        assert 1 < nearest < 15


def test_proportions_change_beyond_the_band_of_most_ink_alone(random):
    y = np.array([0, *np.linspace(40, 60, 18), 100], np.float32)
    low, high = np.percentile(y, (30, 70))
    within = (low <= y) & (y <= high)
    ends = []
    for _ in range(50):
        changed = augment._proportioned(y, random)
        assert changed[within] == pytest.approx(y[within])
        assert (np.diff(changed) > 0).all()
        ends.append((changed[0] < 0, changed[-1] > 100))
    assert set(ends) == {(False, False), (False, True), (True, False), (True, True)}


def test_the_narrowest_strip_can_be_varied(random):
    dot = Sample.of(ink.draw(ink.parse([[[5, 5]]])), ".")
    for _ in range(300):
        assert vary_strip(dot, random).pixels.shape == dot.pixels.shape


def test_pens_stay_between_thin_and_thick(random):
    pens = [random_pen(random) for _ in range(500)]
    assert min(pens) >= 1
    assert max(pens) <= 4.5
    assert np.median(pens) == pytest.approx(2, abs=0.2)
