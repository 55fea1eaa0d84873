import gzip
import json
from pathlib import Path

import pytest

from pymano.recognition import inkfile
from pymano.recognition.inkfile import is_ink, items
from pymano.recognition.refusal import Refusal
from tests.site.drawings import DOT, STROKES


@pytest.mark.parametrize("name", ["a.json", "a.JSON", "a.jsonl", "a.jsonl.gz", "a.json.gz"])
def test_ink_is_known_by_its_name(name):
    assert is_ink(Path(name))


@pytest.mark.parametrize("name", ["a.png", "a.gz", "json", "a.jsonx", "a.json.png"])
def test_other_files_are_not_ink(name):
    assert not is_ink(Path(name))


@pytest.mark.parametrize(
    "content", [STROKES, {"strokes": STROKES}, {"strokes": STROKES, "text": "hi", "writer": 7}]
)
def test_json_is_one_item(tmp_path, content):
    path = tmp_path / "word.json"
    path.write_text(json.dumps(content, indent=2))
    ((name, load),) = items(path)
    assert (name, load()) == (str(path), STROKES)


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_jsonl_is_one_item_a_line(tmp_path, ending):
    path = tmp_path / f"words.{ending}"
    text = f"{json.dumps({'strokes': STROKES})}\n\n{json.dumps(DOT)}".encode()
    path.write_bytes(gzip.compress(text) if ending.endswith("gz") else text)
    found = [(name, load()) for name, load in items(path)]
    assert found == [(f"{path}:1", STROKES), (f"{path}:3", DOT)]


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "7", '"ink"', '{"strokes": []}', "[" * 100_000, "\ufffe", "[[[NaN, 1]]]"]
)
def test_what_is_not_ink_is_refused(tmp_path, text):
    path = tmp_path / "word.json"
    path.write_text(text)
    ((_, load),) = items(path)
    with pytest.raises(Refusal):
        load()


def test_an_item_that_is_too_long_is_refused_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(inkfile, "BYTES", 1000)
    path = tmp_path / "words.jsonl"
    path.write_text(f"[{' ' * 4000}]\n{json.dumps(DOT)}\n")
    (_, long), (name, load) = items(path)
    with pytest.raises(Refusal, match="at most"):
        long()
    assert (name, load()) == (f"{path}:2", DOT)


@pytest.mark.parametrize("name", ["word.json", "word.json.gz"])
def test_a_file_that_is_too_long_is_not_read_to_its_end(tmp_path, monkeypatch, name):
    monkeypatch.setattr(inkfile, "BYTES", 1000)
    path = tmp_path / name
    path.write_bytes(gzip.compress(bytes(100_000)) if name.endswith("gz") else bytes(100_000))
    ((_, load),) = items(path)
    with pytest.raises(Refusal, match="at most"):
        load()
