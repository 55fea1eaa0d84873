import numpy as np
import pytest

from crnn.strip import INK_HEIGHT, MARGIN, MAX_WIDTH, MIN_WIDTH, WIDENING, Strip, scales

PAPER = np.zeros((48, 100), dtype=np.uint8)


def test_fractions_count_between_left_and_right():
    strip = Strip(PAPER, 20, 80)
    assert strip.fraction(20) == 0
    assert strip.fraction(50) == 0.5
    assert strip.fraction(80) == 1


def test_fractions_never_leave_the_source():
    strip = Strip(PAPER, 20, 80)
    assert strip.fraction(0) == 0
    assert strip.fraction(100) == 1


def test_ink_without_width_lies_at_one_end_or_the_other():
    strip = Strip(PAPER, 50, 50)
    assert strip.fraction(0) == 0
    assert strip.fraction(100) == 1


@pytest.mark.parametrize("factor", [0.5, 0.88, 1.0, 1.3])
def test_stretched_ink_keeps_its_place_in_the_source(factor):
    pixels = PAPER.copy()
    pixels[10:30, 60:64] = 255
    strip = Strip(pixels, 20, 80)
    stretched = strip.stretched(factor)
    assert stretched.pixels.shape == (48, round(100 * factor))
    middle = np.flatnonzero(stretched.pixels.max(axis=0) > 127).mean() + 0.5
    assert stretched.fraction(middle) == pytest.approx(strip.fraction(62), abs=0.02)


def test_a_strip_is_never_stretched_beyond_what_a_strip_may_be():
    assert Strip(np.zeros((48, 2000), np.uint8), 0, 2000).stretched(1.3).pixels.shape == (48, MAX_WIDTH)
    assert Strip(np.zeros((48, 25), np.uint8), 0, 25).stretched(0.5).pixels.shape == (48, MIN_WIDTH)


def test_ink_is_drawn_wider_as_far_as_there_is_room():
    room = MAX_WIDTH - 2 * MARGIN
    assert scales(10, 50) == (INK_HEIGHT / 10 * WIDENING, INK_HEIGHT / 10)
    assert scales(10, room / 4.5) == pytest.approx((4.5, 4))
    assert scales(10, room) == (1, 1)


def test_ink_without_height_or_width_is_drawn_at_some_scale():
    assert scales(0, 0) == (1, 1)
    assert scales(10, 0) == (INK_HEIGHT / 10 * WIDENING, INK_HEIGHT / 10)
