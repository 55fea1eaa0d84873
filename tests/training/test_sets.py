import gzip
import json

import pytest

from tests import handwriting, paper
from tests.training.sets import item, write_pages, write_set
from training.sets import items, name

TEXTS = ["hello", "world", "tall"]


@pytest.fixture
def ink_set(tmp_path):
    return write_set(tmp_path / "words.jsonl.gz", [item(text) for text in TEXTS])


@pytest.fixture
def picture_set(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.png").write_bytes(paper.encoded(paper.page(handwriting.ink("hello"))))
    (folder / "deeper" / "b.jpg").write_bytes(paper.encoded(paper.page(handwriting.ink("world")), "JPEG"))
    return folder


def label(folder, *lines):
    (folder / "labels.tsv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def test_ink_has_its_text_and_its_writer(ink_set):
    assert [(each.text, each.writer) for each in items(ink_set)] == [(text, "unipen-abc-1") for text in TEXTS]
    assert all(each.strip is not None for each in items(ink_set))


def test_ink_may_be_plain_json_lines(ink_set, tmp_path):
    plain = tmp_path / "words.jsonl"
    plain.write_text(gzip.decompress(ink_set.read_bytes()).decode())
    assert [each.text for each in items(plain)] == TEXTS


@pytest.mark.parametrize("known", [{}, {"writer": None}, {"writer": ""}])
def test_ink_may_be_of_nobody_known(tmp_path, known):
    (tmp_path / "words.jsonl").write_text(json.dumps({"text": "hi", "strokes": [[[0, 0], [9, 9]]]} | known))
    assert [each.writer for each in items(tmp_path / "words.jsonl")] == [None]


def test_pictures_have_their_text_and_their_writer_if_known(picture_set):
    label(picture_set, "a.png\thello", "deeper/b.jpg\tworld été\talice", "")
    assert [(each.text, each.writer) for each in items(picture_set)] == [
        ("hello", None),
        ("world été", "alice"),
    ]
    assert all(each.strip is not None for each in items(picture_set))


def test_refused_ink_has_no_strip_and_is_named(tmp_path, capsys):
    refused = [item("hi", strokes=[[]]), item("hi", strokes=[[[0, 0], ["a", 1]]])]
    path = write_set(tmp_path / "s.jsonl.gz", refused)
    assert [each.strip for each in items(path)] == [None, None]
    said = capsys.readouterr().err.splitlines()
    assert said == [f"{path}:1: there is no point to read", f"{path}:2: a point must be [x, y] in numbers"]


def test_refused_pictures_have_no_strip_and_are_named(picture_set, capsys):
    (picture_set / "bad.png").write_bytes(b"no picture")
    label(picture_set, "bad.png\thello", "missing.png\thello")
    assert [each.strip for each in items(picture_set)] == [None, None]
    said = capsys.readouterr().err
    assert "bad.png" in said
    assert "missing.png" in said


def test_of_pages_the_lines_of_held_out_copies_are_taken(tmp_path):
    write_pages(tmp_path, *((copy, ["hello", f"copy {copy}"]) for copy in range(1, 13)))
    chosen = list(items(tmp_path))
    assert [each.text for each in chosen] == ["hello", "copy 1", "hello", "copy 11"]
    assert [each.writer for each in chosen] == ["1", "1", "11", "11"]
    assert all(each.strip is not None for each in chosen)


def test_pages_that_are_none_are_named(tmp_path):
    (tmp_path / "pages.jsonl").write_text('{"image": "a.jpg"}\n')
    with pytest.raises(SystemExit, match=r"pages\.jsonl: not the lines of pages"):
        list(items(tmp_path))


@pytest.mark.parametrize("path", ["", "missing.jsonl.gz", "words.txt"])
def test_other_data_is_refused_in_one_line(tmp_path, path):
    (tmp_path / "words.txt").write_text("hello")
    with pytest.raises(SystemExit, match="neither"):
        items(tmp_path / path)


@pytest.mark.parametrize("line", ["nonsense", "[]", "7", '{"text": "hello"}'])
def test_a_line_that_is_no_item_is_named(tmp_path, line):
    (tmp_path / "words.jsonl").write_text(f"{json.dumps(item('hello'))}\n\n{line}\n")
    with pytest.raises(SystemExit, match=r"words\.jsonl:3: not an item of ink"):
        list(items(tmp_path / "words.jsonl"))


@pytest.mark.parametrize("path", ["unipen/words-dev.jsonl.gz", "words-dev.jsonl", "words-dev", "words-dev/"])
def test_a_set_is_called_by_its_file_or_folder(tmp_path, path):
    assert name(tmp_path / path) == "words-dev"
