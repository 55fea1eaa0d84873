import gzip
import json
from pathlib import Path

import pytest

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
