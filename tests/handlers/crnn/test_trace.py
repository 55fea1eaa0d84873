import numpy as np
import pytest

from crnn import ink, trace
from crnn.strip import HEIGHT
from tests import handwriting

WIDTH = 60


def painted(*strokes):
    return trace.paint([np.array(stroke, np.float32) for stroke in strokes], HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("end", "right", "down"),
    [((50, 24), 1, 0), ((30, 44), 0, 1), ((10, 24), -1, 0), ((30, 4), 0, -1), ((44, 38), 0.71, 0.71)],
)
def test_it_tells_which_way_the_pen_went(end, right, down):
    middle = (30 + end[0]) // 2, (24 + end[1]) // 2
    planes = painted([[30, 24], end])[:, middle[1], middle[0]]
    assert planes / 255 == pytest.approx([right, down, 0], abs=0.03)


def test_the_way_back_over_the_same_pixels_cancels_the_way_there():
    there_and_back = painted([[10, 24], [50, 24], [10, 24]])
    assert np.abs(there_and_back[:2, :, 15:45]).max() < 20


def test_it_tells_where_the_pen_came_down_and_where_it_was_lifted():
    ends = painted([[10, 24], [50, 30]])[2]
    assert np.unravel_index(ends.argmax(), ends.shape) == (24, 10)
    assert np.unravel_index(ends.argmin(), ends.shape) == (30, 50)
    assert ends.max() == pytest.approx(255, abs=30)


def test_nothing_is_drawn_between_strokes():
    planes = painted([[5, 24], [20, 24]], [[40, 24], [55, 24]])
    assert np.abs(planes[:, :, 25:35]).max() == 0


def test_how_fast_the_pen_went_leaves_no_mark():
    few = painted([[5, 10], [50, 40]])
    many = painted(np.linspace([5, 10], [50, 40], 30))
    assert np.abs(few - many).max() <= 40
    assert np.abs(few - many).mean() < 1


@pytest.mark.parametrize("strokes", [[[[30, 24]]], [[[30, 24]], [[12, 20]]], [[[30, 24], [30, 24]]]])
def test_a_dot_leaves_no_trace(strokes):
    assert not painted(*strokes).any()


def test_what_lies_beyond_the_paper_is_painted_at_its_edge():
    assert painted([[-5, -5], [WIDTH + 5, HEIGHT + 5]]).shape == (trace.PLANES, HEIGHT, WIDTH)


def test_a_very_long_way_is_painted_in_longer_steps():
    there_and_back = np.array([[5, 24], [55, 24]] * 2000)
    planes = painted(there_and_back)
    assert np.abs(planes).max() <= 255
    assert planes.any()


def test_ink_is_drawn_with_its_trace_and_also_when_it_is_stretched():
    strip = ink.draw(ink.parse(handwriting.ink("hello")))
    for each in (strip, strip.stretched(1.3)):
        assert each.trace.shape == (trace.PLANES, *each.pixels.shape)
        far = each.pixels == 0
        assert np.abs(each.trace[:, far]).mean() < 10 < np.abs(each.trace[:, ~far]).mean()
