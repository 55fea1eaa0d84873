import numpy as np
import pytest

from tests.training.sets import write_font
from training import fonts
from training.phrases import Phrases


@pytest.fixture(scope="module")
def font(tmp_path_factory):
    return write_font(tmp_path_factory.mktemp("fonts") / "ofl" / "boxes.ttf", "helo ")


def test_it_finds_the_fonts_below_a_folder(font):
    (font.parent / "LICENSE.txt").write_text("OFL")
    [found] = fonts.load(font.parent.parent)
    assert found.path == font
    assert found.characters == frozenset("helo ")


def test_a_font_knows_what_it_can_draw(font):
    [found] = fonts.load(font.parent)
    assert found.draws("hello")
    assert not found.draws("hellö")


def test_a_text_is_drawn_and_cut_to_its_ink(font):
    ink = fonts.write("ooo", font)
    assert ink.max() == 255
    assert all(edge.max() > 60 for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    assert ink.shape[1] / ink.shape[0] == pytest.approx((2 * 800 + 600) / 700, abs=0.1)


def test_only_phrases_that_the_font_can_spell_are_drawn(font, random):
    source = fonts.FontSource(fonts.load(font.parent), Phrases(["hello", "Ωhm"], ["hole"], ["elle"]))
    samples = [source.draw(random) for _ in range(20)]
    assert all(set(sample.text) <= set("helo ") for sample in samples)
    assert all(sample.pixels.shape[0] == 48 and sample.pixels.any() for sample in samples)


def test_the_same_chance_draws_the_same(font):
    source = fonts.FontSource(fonts.load(font.parent), Phrases(["hello"], ["hole"], ["elle"]))
    one, two = (source.draw(np.random.default_rng(3)) for _ in range(2))
    assert one.text == two.text
    assert np.array_equal(one.pixels, two.pixels)
