import numpy as np
import pytest

from crnn import ink
from tests import handwriting
from training.contact_sheet import Card, draw


def card(width=120, written="été", read="ete"):
    return Card(np.zeros((48, width), np.uint8), written, read, "CER 67%")


def grey(sheet):
    return np.asarray(sheet.convert("L"))


def test_ink_is_dark_on_light_paper():
    strip = ink.draw(ink.parse(handwriting.ink("hello"))).pixels
    blank = grey(draw("title", [Card(np.zeros_like(strip), "hello", "hallo", "")]))
    inked = grey(draw("title", [Card(strip, "hello", "hallo", "")]))
    changed = blank != inked
    assert changed.sum() == np.count_nonzero(strip)
    assert (blank[changed] == 255).all()
    assert inked[changed].min() == 0


def test_accents_are_drawn():
    assert (grey(draw("", [card(written="é")])) != grey(draw("", [card(written="è")]))).any()


@pytest.mark.parametrize(("width", "columns"), [(100, 4), (900, 2), (2048, 2)])
def test_cards_stand_in_as_many_columns_as_their_strips_allow(width, columns):
    row = [card(width)] * columns
    assert draw("", row).size == draw("", row[:1]).size
    assert draw("", [*row, card(width)]).height > draw("", row).height


def test_long_texts_end_within_their_card():
    long = grey(draw("", [card(written="w" * 500)]))
    assert (long[:, -12:] == long[0, 0]).all()


def test_what_was_refused_has_its_texts_alone():
    refused = Card(None, "hello", "", "CER 100%, refused")
    assert (grey(draw("", [refused])) < 100).any()


def test_a_sheet_without_cards_has_its_title():
    assert (grey(draw("nothing was wrong", [])) < 100).any()
