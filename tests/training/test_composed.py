import string

import numpy as np
import pytest

from crnn import ink
from crnn.strip import HEIGHT
from tests.training.sets import item, write_set
from training import ink_store
from training.composed import ComposedSource

SHAPES = string.ascii_lowercase + string.digits


class Said:
    """Phrases that say one thing."""

    def __init__(self, *texts):
        self.texts = list(texts)

    def draw(self, random):
        return self.texts[random.integers(len(self.texts))]


@pytest.fixture
def characters(tmp_path):
    """Two writers: of one every letter is a box, of the other a slash and there are no digits."""
    box, slash = [[[0, 0], [500, 0], [500, 1000], [0, 1000], [0, 0]]], [[[0, 1000], [500, 0]]]
    items = [item(each, "box", box) for each in SHAPES] + [item("hello", "box", box)]
    items += [item(each, "slash", slash) for each in string.ascii_lowercase]
    return ink_store.parse(write_set(tmp_path / "characters.jsonl.gz", items))


def source_of(characters, *texts):
    return ComposedSource(characters, range(len(characters)), Said(*texts))


def test_it_spells_what_it_was_given(characters, random):
    source = source_of(characters, "cat", "1984", "to be")
    drawn = [source.draw(random) for _ in range(30)]
    assert {sample.text for sample in drawn} == {"cat", "1984", "to be"}
    assert all(sample.pixels.shape[0] == HEIGHT and sample.pixels.any() for sample in drawn)


def test_a_longer_text_makes_a_wider_strip(characters, random):
    narrow, wide = (
        np.mean([source_of(characters, text).draw(random).pixels.shape[1] for _ in range(20)])
        for text in ("he", "heheheheh")
    )
    assert wide > 2.5 * narrow


def test_a_text_is_written_in_one_hand(characters, random):
    source = source_of(characters, "hat")
    lengths = set()
    for _ in range(30):
        strokes = source._set("hat", source._of[random.choice(["box", "slash"])], random)
        lengths.add(tuple(len(stroke) for stroke in strokes))
    assert lengths == {(5, 5, 5), (2, 2, 2)}


def test_a_character_that_the_writer_has_not_is_borrowed(characters, random):
    strokes = source_of(characters, "a1")._set("a1", source_of(characters, "a")._of["slash"], random)
    assert [len(stroke) for stroke in strokes] == [2, 5]


def test_a_text_with_a_character_that_nobody_wrote_is_passed_over(characters, random):
    source = source_of(characters, "Ω!", "", "cat")
    assert {source.draw(random).text for _ in range(10)} == {"cat"}


def test_long_texts_are_cut(characters, random):
    assert len(source_of(characters, "ab " * 20).draw(random).text) <= 24


def test_characters_stand_side_by_side_on_one_baseline(characters, random):
    source = source_of(characters, "ha")
    [h, a] = (ink.Frame.around([stroke]) for stroke in source._set("ha", source._of["box"], random))
    assert a.left > h.left + h.width
    assert h.top + h.height == pytest.approx(1000, abs=1)
    assert a.top + a.height == pytest.approx(1000, abs=1)
    assert a.height < 0.8 * h.height


def test_only_writers_of_many_characters_compose(tmp_path, random):
    few = [item(each, "few", [[[0, 0], [9, 9]]]) for each in "abc"]
    many = [item(each, "many", [[[0, 0], [9, 9], [18, 0]]]) for each in string.ascii_lowercase]
    source = source_of(ink_store.parse(write_set(tmp_path / "set.jsonl.gz", few + many)), "abc")
    assert source._writers == ["many"]


def test_words_are_parted_by_a_gap(characters, random):
    source = source_of(characters, "a b")
    a, b = (ink.Frame.around([stroke]) for stroke in source._set("a b", source._of["box"], random))
    assert b.left - (a.left + a.width) > 400
