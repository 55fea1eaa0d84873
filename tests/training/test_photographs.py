import numpy as np
import pytest

from crnn import ink, picture
from crnn.strip import HEIGHT, NothingToReadError
from tests import handwriting, paper
from training import photographs
from training.items import Items
from training.photographs import PhotographSource, photograph

HELLO = ink.parse(handwriting.ink("hello"))
WORLD = ink.parse(handwriting.ink("world"))
STRIP = ink.draw(HELLO).pixels


def read(grey):
    return picture.fit(picture.crop(picture.strength(grey)))


def test_a_photograph_is_a_grey_picture_of_the_word_mostly_on_lighter_paper(random):
    lighter = []
    for _ in range(150):
        grey = photograph(HELLO, "hello", WORLD, random)
        assert grey.dtype == np.uint8
        assert grey.ndim == 2
        assert min(grey.shape) > 36
        low, median, high = np.percentile(grey, (2, 50, 99.8)).astype(int)
        lighter.append(median - low > high - median)
    assert 0.7 < np.mean(lighter) < 1


def test_most_photographs_can_be_read_as_the_word_that_was_written(random):
    alike = []
    for _ in range(60):
        try:
            alike.append(paper.likeness(STRIP, read(photograph(HELLO, "hello", WORLD, random)).pixels))
        except NothingToReadError:
            alike.append(0.0)
    assert np.median(alike) > 0.6


def test_writing_stands_on_its_baseline():
    mark = np.zeros((60, 200), np.float32)
    mark[20:41, 30:170:10] = 1  # letters
    mark[41:55, 60] = 1  # one descender
    assert photographs._baseline(mark) == pytest.approx(40, abs=2)


@pytest.mark.parametrize(
    ("text", "share"),
    [("sun", 1.0), ("hello", 0.53), ("Sun", 0.53), ("1995", 0.53), ("you", 0.59), ("fully", 0.38)],
)
def test_a_small_letters_share_of_the_height_is_told_by_the_text(text, share):
    assert photographs._x_height(text) == pytest.approx(share, abs=0.01)


def test_a_pen_is_as_broad_for_the_small_letters_whatever_else_is_written(monkeypatch, random):
    pens = []
    mark = photographs._mark
    monkeypatch.setattr(
        photographs, "_mark", lambda *drawn: pens.append(drawn[2] / drawn[1][0]) or mark(*drawn)
    )
    for text in ("fully", "sun"):
        for _ in range(200):
            photograph(HELLO, text, [np.zeros((1, 2), np.float32)], random)
    fully, sun = np.median(pens[: len(pens) // 2]), np.median(pens[len(pens) // 2 :])
    assert 1.8 < sun / fully < 3.4  # 2.6 as much of the same height


def test_the_same_chance_takes_the_same_photograph():
    one, two, other = (photograph(HELLO, "hello", WORLD, np.random.default_rng(seed)) for seed in (9, 9, 10))
    assert np.array_equal(one, two)
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_the_ink_is_left_as_it_was(random):
    before = [stroke.copy() for stroke in [*HELLO, *WORLD]]
    for _ in range(10):
        photograph(HELLO, "hello", WORLD, random)
    assert all(np.array_equal(a, b) for a, b in zip(before, [*HELLO, *WORLD], strict=True))


@pytest.mark.parametrize(
    "strokes", [[[[5, 5]]], [[[0, 0], [50, 0]]], [[[0, 0], [0, 50]]], [[[0, 0], [9000, 30], [0, 30]]]]
)
def test_a_dot_a_dash_and_a_long_line_can_be_photographed(strokes, random):
    for _ in range(20):
        grey = photograph(ink.parse(strokes), "-", WORLD, random)
        assert max(grey.shape) < 1500
        assert grey.std() > 0


def test_a_drawn_sample_is_a_strip_with_the_text_of_a_given_item(words, random):
    source = PhotographSource(words, Items([0, 3]))
    samples = [source.draw(random) for _ in range(12)]
    assert {sample.text for sample in samples} <= {"hello", "tall"}
    assert all(sample.pixels.shape[0] == HEIGHT and sample.pixels.any() for sample in samples)


def test_the_same_chance_draws_the_same(words):
    source = PhotographSource(words, Items(range(len(words))))
    one, two = (source.draw(np.random.default_rng(3)) for _ in range(2))
    assert one.text == two.text
    assert np.array_equal(one.pixels, two.pixels)


def test_what_shows_nothing_is_taken_again(words, random, monkeypatch):
    taken = []

    def fail_at_first(*arguments):
        taken.append(arguments)
        return np.full((80, 200), 230, np.uint8) if len(taken) < 4 else photograph(*arguments)

    monkeypatch.setattr(photographs, "photograph", fail_at_first)
    sample = PhotographSource(words, Items([0])).draw(random)
    assert len(taken) >= 4
    assert sample.pixels.any()
