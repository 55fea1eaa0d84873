import numpy as np

from crnn.strip import Strip

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
