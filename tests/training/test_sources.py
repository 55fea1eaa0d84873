import numpy as np
import pytest

from tests.training.sets import HELD_OUT, WRITERS, item, write_data, write_set
from training import sources


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Sources of a data folder in which held-out writers alone write "tide" and the digit 9."""
    data = write_data(tmp_path_factory.mktemp("data"))
    return sources.build(data, data / "cache")


@pytest.mark.parametrize("name", ["words", "lines", "characters", "composed"])
def test_held_out_writers_are_never_drawn(built, name, random):
    """A writer held out in one set ("w04", the first of the characters) is held out in all of them."""
    named, _ = built
    drawn = {named[name].draw(random).text for _ in range(150)}
    assert drawn
    assert "tide" not in drawn
    assert not any("9" in text for text in drawn)


def test_held_out_copies_of_pages_are_never_drawn(built, random):
    named, _ = built
    assert {named["copiste"].draw(random).text for _ in range(100)} == {"hello"}


def test_the_held_out_words_are_those_of_the_held_out_writers(built):
    _, held_out = built
    assert {str(held_out.store.writers[index]) for index in held_out.indices} == HELD_OUT
    assert {str(held_out.store.texts[index]) for index in held_out.indices} == {"tide"}


@pytest.mark.parametrize("name", ["words", "photographs"])
def test_words_are_drawn_by_their_weights(tmp_path, random, name):
    data = write_data(tmp_path / "data")
    items = [item(text, writer) for text in ("hello", "world") for writer in WRITERS]
    write_set(data / "unipen" / "words-train.jsonl.gz", items)
    weigh = lambda store, _: (store.texts == "world").astype(np.float32)  # noqa: E731
    named, held_out = sources.build(data, data / "cache", weigh)
    assert {named[name].draw(random).text for _ in range(20)} == {"world"}
    assert {str(held_out.store.texts[index]) for index in held_out.indices} == {"hello", "world"}


def test_items_of_several_lines_are_left_out(built, random):
    named, _ = built
    assert {named["lines"].draw(random).text for _ in range(100)} == {"hello world"}


@pytest.fixture(scope="module")
def for_benchmark(tmp_path_factory):
    """Sources of a folder in which one writer of IAM-OnDB, held out, writes "tide"."""
    data = tmp_path_factory.mktemp("iam")
    items = [item("tide", "form-00"), item("hello", "form-01"), item("world", "form-02")]
    write_set(data / "iam-ondb" / "lines-train.jsonl.gz", items)
    return sources.benchmark(data, data / "cache")


def test_every_source_that_a_recipe_may_name_is_there(built, for_benchmark):
    assert set(built[0]) == set(sources.NAMES)
    assert set(for_benchmark[0]) == set(sources.FOR_RESEARCH)


def test_the_benchmark_draws_lines_of_writers_that_are_not_held_out(for_benchmark, random):
    named, held_out = for_benchmark
    assert {named["iam-ondb"].draw(random).text for _ in range(50)} == {"hello", "world"}
    assert {str(held_out.store.texts[index]) for index in held_out.indices} == {"tide"}


def test_fonts_draw_what_they_can_spell(built, random):
    named, _ = built
    assert set(named["fonts"].draw(random).text) <= set("helo ")
