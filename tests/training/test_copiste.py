import json

import numpy as np
import pytest

from crnn import ink
from tests import handwriting, paper
from tests.training.sets import box, write_pages
from training import copiste, strip_store


def test_each_line_of_a_page_is_cut_out(tmp_path):
    write_pages(tmp_path, (7, ["hello", "l\u2019été"]), (8, ["hello"]))
    loaded = copiste.load(tmp_path)
    assert [(copy, sample.text) for copy, sample in loaded] == [(7, "hello"), (7, "l'été"), (8, "hello")]
    drawn = ink.draw(ink.parse(handwriting.ink("hello"))).pixels
    assert all(paper.likeness(drawn, sample.pixels) > 0.75 for _, sample in loaded)


@pytest.mark.parametrize("text", ["", "a >crossed< word", "Ωmega", "wikitexte", " "])
def test_lines_that_cannot_be_spelled_or_trusted_are_left_out(tmp_path, text):
    write_pages(tmp_path, (1, [text, "hello"]))
    assert [line.text for line in copiste.lines(tmp_path)] == ["hello"]


def test_a_line_without_a_shape_is_left_out(tmp_path):
    line = {"text": "hello", "baseline": [], "polygon": [[0, 0], [9, 9]]}
    (tmp_path / "pages.jsonl").write_text(json.dumps({"image": "p.jpg", "copy": 1, "lines": [line]}))
    assert list(copiste.lines(tmp_path)) == []


def test_a_blank_line_is_left_out(tmp_path):
    write_pages(tmp_path, (1, ["hello", "hello"]))
    sheet = np.full((400, 400), 235, np.uint8)
    (tmp_path / "pages" / "0.jpg").write_bytes(paper.encoded(sheet, "JPEG"))
    assert copiste.load(tmp_path) == []


def test_what_lies_outside_the_polygon_is_wiped():
    page = np.full((100, 200), 230, np.uint8)
    page[40:50, 40:150] = 20
    page[80:90, 40:150] = 20
    line = copiste.Line("p.jpg", 1, np.array(box(30, 30, 160, 60), np.int32), "x")
    piece = copiste.cut(page, line)
    assert piece.shape[1] == pytest.approx(130, abs=8)
    assert (piece < 100).sum() == 10 * 110


def test_a_polygon_over_the_edge_of_the_page_is_cut_at_the_edge():
    page = np.full((100, 200), 230, np.uint8)
    line = copiste.Line("p.jpg", 1, np.array(box(-20, -20, 260, 50), np.int32), "x")
    assert copiste.cut(page, line).shape == (53, 200)


def test_every_tenth_copy_is_held_out():
    assert copiste.held_out_copies(set(range(100, 125))) == {100, 110, 120}


def test_finished_strips_are_read_in_place_of_pages(tmp_path):
    pages = copiste.load(write_pages(tmp_path / "pages", (7, ["hello", "l\u2019été"]), (8, ["hello"])))
    strip_store.save(pages, tmp_path / "packed" / copiste.PACKED)
    packed = copiste.load(tmp_path / "packed")
    assert [(copy, sample.text) for copy, sample in packed] == [(copy, sample.text) for copy, sample in pages]
    assert all(np.array_equal(a.pixels, b.pixels) for (_, a), (_, b) in zip(packed, pages, strict=True))


def test_texts_are_those_of_the_lines_packed_or_not(tmp_path):
    folder = write_pages(tmp_path / "pages", (7, ["hello", "tall"]), (8, ["hid"]))
    strip_store.save(copiste.load(folder), tmp_path / "packed" / copiste.PACKED)
    expected = [(7, "hello"), (7, "tall"), (8, "hid")]
    assert copiste.texts(folder) == copiste.texts(tmp_path / "packed") == expected
