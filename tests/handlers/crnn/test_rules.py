"""Printed lines that lie askew are wiped, and what only looks like one is kept."""

import numpy as np
import pytest

from crnn import ink, picture, rules
from tests import handwriting, paper

HELLO = handwriting.ink("hello")
SHEET = paper.page(HELLO)
DRAWN = ink.draw(ink.parse(HELLO)).pixels


def printed(degrees, every=60, shade=120, thick=3, squared=False):
    """Paper, larger than the sheet while it is turned, so that its lines go from side to side."""
    height, width = SHEET.shape
    large = np.full((3 * height, 3 * width), 235, np.uint8)
    lines = (paper.squared if squared else paper.ruled)(large, every, shade, thick)
    return paper.askew(lines, degrees)[height : 2 * height, width : 2 * width]


def likeness(sheet):
    strip = picture.fit(picture.crop(picture.strength(sheet)))
    return paper.likeness(DRAWN, strip.pixels)


@pytest.mark.parametrize("degrees", [-4, -1.5, 0.4, 1, 3])
@pytest.mark.parametrize(("every", "thick"), [(45, 2), (60, 3), (100, 5)])
def test_lines_that_lie_askew_are_wiped(degrees, every, thick):
    ground = printed(degrees, every, 120, thick)
    assert likeness(paper.grainy(paper.written_on(ground, SHEET), spread=3)) > 0.9


@pytest.mark.parametrize("degrees", [-4, -1.5, 0.4, 1, 3])
def test_most_squares_that_lie_askew_are_wiped_whole(degrees):
    alike = []
    for every in range(40, 100, 6):
        ground = printed(degrees, every, 120, 2 + every // 30, squared=True)
        alike.append(likeness(paper.grainy(paper.written_on(ground, SHEET), spread=3)))
    assert np.mean(np.array(alike) > 0.9) >= 0.7


@pytest.mark.parametrize("degrees", [0, 2])
def test_close_and_wide_lines_together_are_wiped(degrees):
    narrow, wide = printed(degrees, 25, 170, 2), printed(degrees, 100, 130, 3, squared=True)
    ground = paper.written_on(narrow, wide)
    assert likeness(paper.grainy(paper.written_on(ground, SHEET), spread=3)) > 0.9


@pytest.mark.parametrize("degrees", [-3, 0, 2])
def test_hardly_anything_is_left_of_lines_alone(degrees):
    strength = picture.strength(printed(degrees, squared=True))
    left = np.count_nonzero(rules.wipe(strength, 4) > 110)
    assert left < 0.01 * np.count_nonzero(strength > 110)


@pytest.mark.parametrize("text", ["will", "hello", "tall hill", "1", "t"])
@pytest.mark.parametrize("scale", [0.4, 2])
def test_writing_cut_to_its_ink_is_no_line(text, scale):
    sheet = paper.page(handwriting.ink(text), scale=scale, pen=round(5 * scale), margin=3)
    strength = picture.strength(sheet)
    kept = rules.wipe(strength, picture.pen_width(strength))
    assert np.count_nonzero(kept > 110) > 0.97 * np.count_nonzero(strength > 110)


def test_letters_that_stand_on_a_rule_as_dark_as_ink_keep_their_bottoms():
    pen, rule = 4, slice(80, 84)
    strength = np.zeros((140, 900), np.uint8)
    for left in (300, 360, 420):  # three letters u, their bottoms in the rule
        strength[40:84, left : left + pen] = strength[40:84, left + 30 : left + 30 + pen] = 255
    strength[30:130, 470 : 470 + pen] = 255  # a stem that goes through it
    strength[rule] = 255
    left = rules.wipe(strength, pen)
    assert (left[rule, 300:454] > 110).all()
    assert (left[rule, 470 : 470 + pen] > 110).all()
    assert not left[rule, :290].any()
    assert not left[rule, 490:].any()


def test_steep_lines_are_no_rules():
    strength = np.zeros((300, 600), np.uint8)
    for x in range(600):
        strength[x // 4 + 60 : x // 4 + 63, x] = 255
    assert np.array_equal(rules.wipe(strength, 3), strength)


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (30, 30), (2, 1600)])
@pytest.mark.parametrize("value", [0, 255])
def test_a_picture_of_any_size_is_wiped(size, value):
    strength = np.full(size, value, np.uint8)
    assert rules.wipe(strength, 2).shape == size
