import numpy as np
import pytest

from tests.training.sets import item, write_set
from training import ink_store
from training.ink_store import InkStore

DOT = [[[3, 4]]]


def same(one, two):
    """Tell whether two stores hold the same, in the same types."""
    pairs = [(values, getattr(two, name)) for name, values in vars(one).items()]
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


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
    assert same(first, ink_store.parse(ink_set))
    monkeypatch.setattr(ink_store, "parse", None)
    second = ink_store.load(ink_set, tmp_path / "cache")
    assert same(first, second)


def test_a_compact_file_loses_nothing(ink_set, tmp_path):
    store = ink_store.parse(ink_set)
    ink_store.save(store, tmp_path / "packed" / "words-train.ink")
    assert same(ink_store.load(tmp_path / "packed" / "words-train.ink", tmp_path / "cache"), store)


@pytest.mark.parametrize("longest", [1, 255, 256, 70_000])
def test_any_point_and_any_length_survive(tmp_path, random, longest):
    points = random.integers(-32768, 32768, (longest + 4, 2), dtype=np.int16)
    points[:4] = [[-32768, 32767], [32767, -32768], [0, 0], [-32768, -32768]]
    names = [f"writer-{number}" for number in range(300)]
    store = InkStore(
        points,
        np.array([longest, longest + 1, longest + 4]),
        np.array([1, 3]),
        np.array(["one", "l'été"]),
        np.array(random.choice(names, 2)),
    )
    ink_store.save(store, tmp_path / "set.ink")
    assert same(ink_store.load(tmp_path / "set.ink", tmp_path), store)


def test_it_is_far_smaller_than_json(words, tmp_path):
    ink_store.save(words, tmp_path / "words.ink")
    assert (tmp_path / "words.ink").stat().st_size < 2 * len(words.points)


def test_a_compact_file_is_read_beside_or_instead_of_the_set(ink_set, tmp_path):
    write_set(tmp_path / "other.jsonl.gz", [item("two", "a", DOT)])
    ink_store.save(ink_store.parse(tmp_path / "other.jsonl.gz"), tmp_path / "words-train.ink")
    assert ink_store.load(ink_set, tmp_path / "cache").texts.tolist() == ["two"]
    ink_set.unlink()
    assert ink_store.load(ink_set, tmp_path / "cache").texts.tolist() == ["two"]
    assert not (tmp_path / "cache").exists()


def test_a_file_that_changed_is_read_anew(ink_set, tmp_path):
    ink_store.load(ink_set, tmp_path / "cache")
    write_set(ink_set, [item("two", "a", DOT)])
    assert ink_store.load(ink_set, tmp_path / "cache").texts.tolist() == ["two"]


def test_every_fifteenth_writer_is_held_out():
    writers = np.array([f"w{number:02}" for number in range(31)] * 2)
    assert ink_store.held_out_writers(writers) == {"w00", "w15", "w30"}
