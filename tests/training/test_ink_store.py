import numpy as np
import pytest

from tests.training.sets import item, write_set
from training import ink_store

DOT = [[[3, 4]]]


@pytest.fixture
def ink_set(tmp_path):
    return write_set(
        tmp_path / "words-train.jsonl.gz",
        [
            item("one", "a", [[[0, 0], [10, 20]], [[5, 5]]]),
            item("日本", "b", DOT),
            item("l\u2019été", "b", DOT),
            item("back\\\\slash", "c", [[[1, 1], [2, 2], [3, 3]], [], [[40_000, -40_000]]]),
        ],
    )


def test_it_keeps_each_item_apart(ink_set):
    store = ink_store.parse(ink_set)
    assert len(store) == 3
    assert [stroke.tolist() for stroke in store.strokes(0)] == [[[0, 0], [10, 20]], [[5, 5]]]
    assert [stroke.tolist() for stroke in store.strokes(1)] == DOT


def test_it_leaves_out_what_cannot_be_spelled_and_spells_the_rest(ink_set):
    store = ink_store.parse(ink_set)
    assert store.texts.tolist() == ["one", "l'été", "back\\slash"]
    assert store.writers.tolist() == ["a", "b", "c"]


def test_it_drops_empty_strokes_and_keeps_points_in_range(ink_set):
    strokes = ink_store.parse(ink_set).strokes(2)
    assert [stroke.tolist() for stroke in strokes] == [[[1, 1], [2, 2], [3, 3]], [[32767, -32768]]]


def test_loading_twice_gives_the_same_from_the_cache(ink_set, tmp_path, monkeypatch):
    first = ink_store.load(ink_set, tmp_path / "cache")
    monkeypatch.setattr(ink_store, "parse", None)
    second = ink_store.load(ink_set, tmp_path / "cache")
    for name, values in vars(first).items():
        assert np.array_equal(values, getattr(second, name))


def test_a_file_that_changed_is_read_anew(ink_set, tmp_path):
    ink_store.load(ink_set, tmp_path / "cache")
    write_set(ink_set, [item("two", "a", DOT)])
    assert ink_store.load(ink_set, tmp_path / "cache").texts.tolist() == ["two"]


def test_every_fifteenth_writer_is_held_out():
    writers = np.array([f"w{number:02}" for number in range(31)] * 2)
    assert ink_store.held_out_writers(writers) == {"w00", "w15", "w30"}
