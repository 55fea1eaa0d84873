"""manage.py read."""

import gzip
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pymano.serving import client
from tests.fake_torchserve import answer
from tests.site.drawings import STROKES, SVG, picture


@pytest.fixture
def word(tmp_path) -> Path:
    path = tmp_path / "word.json"
    path.write_text(json.dumps({"strokes": STROKES}))
    return path


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.JPG"
    path.write_bytes(picture("JPEG"))
    return path


def read(*files: Path, **options: str) -> tuple[list[str], list[str], bool]:
    """Return the lines of output, those of errors, and whether all went well."""
    out, errors = StringIO(), StringIO()
    try:
        call_command("read", *map(str, files), stdout=out, stderr=errors, **options)
    except CommandError:
        return out.getvalue().splitlines(), errors.getvalue().splitlines(), False
    return out.getvalue().splitlines(), errors.getvalue().splitlines(), True


def test_it_reads_ink_and_pictures_without_a_database(torchserve, word, photo):
    assert read(word, photo) == ([f"{word}\thello\t0.930", f"{photo}\thello\t0.930"], [], True)
    assert [kind for kind, _ in torchserve.asked] == ["application/json", "image/jpeg"]


def test_it_reads_each_line_of_a_jsonl(torchserve, tmp_path):
    path = tmp_path / "words.jsonl.gz"
    path.write_bytes(gzip.compress((json.dumps({"strokes": STROKES}) + "\n").encode() * 2))
    assert read(path)[0] == [f"{path}:1\thello\t0.930", f"{path}:2\thello\t0.930"]


def test_a_line_stays_a_line(torchserve, word):
    torchserve.says = answer("a\tb\nc")
    assert read(word)[0] == [f"{word}\ta b c\t0.930"]


def test_a_name_stays_in_its_column(torchserve, tmp_path):
    path = tmp_path / "a\tb\nc.png"
    path.write_bytes(picture())
    assert read(path)[0] == [f"{tmp_path}/a\\tb\\nc.png\thello\t0.930"]


def test_a_name_that_is_not_utf8_is_written_all_the_same(torchserve, tmp_path, capsys):
    path = tmp_path / os.fsdecode(b"a\xff.png")
    path.write_bytes(picture())
    call_command("read", str(path))
    assert capsys.readouterr().out == f"{tmp_path}/a\\udcff.png\thello\t0.930\n"


def test_a_large_file_is_not_read_to_its_end(torchserve, tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(10**12)
    assert read(path)[1] == [f"{path}: A picture may have at most 10 MB."]


def test_it_goes_on_after_what_cannot_be_read(torchserve, tmp_path, word):
    (tmp_path / "empty.png").touch()
    (tmp_path / "drawing.svg").write_bytes(SVG)
    (tmp_path / "words.jsonl").write_text(f"{{\n{json.dumps(STROKES)}\n[]\n")
    (tmp_path / "bad.jsonl.gz").write_bytes(b"no gzip")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"[]" * 1000)[:-9])
    names = ["nothing.png", ".", "empty.png", "drawing.svg", "words.jsonl", "bad.jsonl.gz", "cut.jsonl.gz"]
    lines, errors, well = read(*[tmp_path / name for name in names], word)
    assert lines == [f"{tmp_path}/words.jsonl:2\thello\t0.930", f"{word}\thello\t0.930"]
    assert [line.removeprefix(f"{tmp_path}").lstrip("/") for line in errors] == [
        "nothing.png: No such file or directory",
        ": Is a directory",
        "empty.png: The picture is empty.",
        "drawing.svg: Send a PNG, JPEG, GIF, WebP, BMP or TIFF picture.",
        "words.jsonl:1: This is not valid JSON.",
        "words.jsonl:3: There is no ink in this.",
        "bad.jsonl.gz: it cannot be read",
        "cut.jsonl.gz: the compressed file is damaged",
    ]
    assert not well


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("away", "the recogniser is away (start it with: make run)"),
        ("busy", "the recogniser is busy or still starting"),
        ("slow", "the recogniser took too long"),
        ("rubbish", "the recogniser's answer is not understood"),
        ("blank", "There is nothing to read in this."),
    ],
)
def test_it_says_why_there_is_no_reading(torchserve, word, monkeypatch, mood, reason):
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    torchserve.mood = mood
    assert read(word, word) == ([], [f"{word}: {reason}"] * 2, False)


def test_the_decoder_can_be_chosen(torchserve, word):
    read(word)
    read(word, decoder="best-path")
    assert torchserve.decoders == ["beam", "best-path"]


def test_the_status_tells_that_one_failed(torchserve, tmp_path):
    with pytest.raises(CommandError, match="1 could not be read"):
        call_command("read", str(tmp_path / "nothing.png"), stderr=StringIO())
