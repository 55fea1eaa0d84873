import numpy as np
import pytest

from crnn import ink
from tests import handwriting
from training.augment import random_pen, vary_ink, vary_strip

HELLO = ink.parse(handwriting.ink("hello"))
STRIP = ink.draw(HELLO).pixels


def test_the_same_chance_varies_the_same():
    one, two = (vary_ink(HELLO, np.random.default_rng(9)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert np.array_equal(*(vary_strip(STRIP, np.random.default_rng(9)) for _ in range(2)))


def test_varied_ink_has_the_same_strokes_and_still_is_ink(random):
    for _ in range(200):
        varied = vary_ink(HELLO, random)
        assert len(varied) == len(HELLO)
        assert all(1 <= len(a) <= len(b) for a, b in zip(varied, HELLO, strict=True))
        assert all(np.isfinite(stroke).all() for stroke in varied)


def test_varying_leaves_the_original_alone(random):
    before = [stroke.copy() for stroke in HELLO]
    strip = STRIP.copy()
    for _ in range(50):
        vary_ink(HELLO, random)
        vary_strip(strip, random)
    assert all(np.array_equal(a, b) for a, b in zip(before, HELLO, strict=True))
    assert np.array_equal(strip, STRIP)


@pytest.mark.parametrize(
    "strokes", [[[[5, 5]]], [[[0, 0], [50, 0]]], [[[0, 0], [0, 50]]], [[[1, 1]], [[9, 1]]]]
)
def test_a_dot_and_a_dash_can_be_varied(strokes, random):
    for _ in range(100):
        assert ink.draw(vary_ink(ink.parse(strokes), random), random_pen(random)).pixels.any()


def test_a_varied_strip_keeps_its_size_and_its_ink(random):
    for _ in range(300):
        varied = vary_strip(STRIP, random)
        assert varied.shape == STRIP.shape
        assert varied.dtype == np.uint8
        assert varied.max() > 60


def test_the_narrowest_strip_can_be_varied(random):
    dot = ink.draw(ink.parse([[[5, 5]]])).pixels
    for _ in range(300):
        assert vary_strip(dot, random).shape == dot.shape


def test_pens_stay_between_thin_and_thick(random):
    pens = [random_pen(random) for _ in range(500)]
    assert min(pens) >= 1
    assert max(pens) <= 4.5
    assert np.median(pens) == pytest.approx(2, abs=0.2)
