import json

import numpy as np
import pytest

from tests import handwriting, paper
from tests.training.exports import write_export
from tests.training.sets import item
from training import corrections


@pytest.fixture
def photo():
    return paper.encoded(paper.page(handwriting.ink("hello")), "PNG")


def drawn(source, random, times=200):
    return [source.draw(random).text for _ in range(times)]


def test_each_reading_is_drawn_as_often_as_any_other(tmp_path, photo, random):
    ink = [item("world"), item("tall"), item("hill")]
    found = corrections.load(write_export(tmp_path, ink=ink, pictures=[(photo, "hello")]))
    texts = drawn(found, random)
    assert set(texts) == {"world", "tall", "hill", "hello"}
    assert all(texts.count(text) in range(25, 80) for text in set(texts))


@pytest.mark.parametrize("kind", ["ink", "pictures"])
def test_one_kind_is_enough(tmp_path, photo, random, kind):
    given = {"ink": [item("hello")], "pictures": [(photo, "hello")]}
    assert set(drawn(corrections.load(write_export(tmp_path, **{kind: given[kind]})), random, 5)) == {"hello"}


def test_it_knows_the_export(tmp_path):
    assert corrections.load(write_export(tmp_path, ink=[item("hello")])).export == "4f1c9a"


def test_what_cannot_be_spelled_or_holds_no_ink_is_left_out(tmp_path, photo, random):
    blank = paper.encoded(np.full((60, 90), 255, np.uint8), "PNG")
    pictures = [(photo, "hello"), (photo, "\u4e2d"), (blank, "blank")]
    folder = write_export(tmp_path, ink=[item("tall"), item("\u4e2d", strokes=[[[0, 0]]])], pictures=pictures)
    assert set(drawn(corrections.load(folder), random, 50)) == {"hello", "tall"}


def test_held_out_writers_are_not_trained_on(tmp_path):
    folder = write_export(tmp_path, ink=[item("hello")], part="held-out")
    with pytest.raises(SystemExit, match="nothing in it to train on"):
        corrections.load(folder)


def test_ink_alone_that_cannot_be_spelled_is_nothing(tmp_path):
    folder = write_export(tmp_path, ink=[item("\u4e2d", strokes=[[[0, 0]]])])
    with pytest.raises(SystemExit, match="nothing in it to train on"):
        corrections.load(folder)


@pytest.mark.parametrize("manifest", [None, "", "[]", json.dumps({})])
def test_what_is_no_export_is_said_to_be_none(tmp_path, manifest):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(SystemExit, match="not an export of corrections"):
        corrections.load(tmp_path)


def test_nothing_of_it_is_kept_elsewhere(tmp_path):
    folder = write_export(tmp_path / "export", ink=[item("hello")])
    corrections.load(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
