import gzip
import json
import sys

import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.recogniser import Recogniser
from tests import handwriting, paper
from tests.training.sets import item, write_set
from training import evaluate as module
from training.evaluate import evaluate, items

KEYS = {"cer", "wer", "exact", "n", "ms_per_item"}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    torch.manual_seed(0)
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    path = tmp_path_factory.mktemp("run") / "best.pt"
    Checkpoint(CRNN(architecture).eval(), Alphabet(), {}).save(path)
    return path


@pytest.fixture
def ink_set(tmp_path):
    return write_set(tmp_path / "words.jsonl.gz", [item(text) for text in ("hello", "world", "tall")])


@pytest.fixture
def picture_set(tmp_path):
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    (folder / "a.png").write_bytes(paper.encoded(paper.page(handwriting.ink("hello"))))
    (folder / "deeper" / "b.jpg").write_bytes(paper.encoded(paper.page(handwriting.ink("world")), "JPEG"))
    (folder / "labels.tsv").write_text("a.png\thello\ndeeper/b.jpg\tworld été\n\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(monkeypatch, capsys, checkpoint):
    """Evaluate from the command line; give the last line of standard output."""
    threads = torch.get_num_threads()

    def main(*arguments, model=checkpoint):
        monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments), "--model", str(model)])
        module.main()
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    yield main
    torch.set_num_threads(threads)


@pytest.mark.parametrize("decoder", ["best-path", "beam"])
def test_ink_is_scored_in_one_line_of_json(run, ink_set, decoder):
    scores = run(ink_set, "--decoder", decoder)
    assert set(scores) == KEYS
    assert scores["n"] == 3
    assert scores["cer"] > 0.5
    assert scores["exact"] == 0
    assert scores["ms_per_item"] > 0


def test_pictures_are_scored_in_one_line_of_json(run, picture_set):
    scores = run(picture_set)
    assert set(scores) == KEYS
    assert scores["n"] == 2


def test_a_limit_reads_the_first_ones_alone(run, ink_set):
    assert run(ink_set, "--limit", 2)["n"] == 2


def test_the_texts_of_both_forms_are_kept_as_they_are(ink_set, picture_set):
    assert [each.text for each in items(ink_set)] == ["hello", "world", "tall"]
    assert [each.text for each in items(picture_set)] == ["hello", "world été"]


def test_ink_may_be_plain_json_lines(ink_set, tmp_path):
    plain = tmp_path / "words.jsonl"
    plain.write_text(gzip.decompress(ink_set.read_bytes()).decode())
    assert [each.text for each in items(plain)] == ["hello", "world", "tall"]


class Faithful(Recogniser):
    """Reads whatever it is given as "hello"."""

    def __init__(self):
        pass

    def read(self, strips, decoder="beam"):
        return [type("Reading", (), {"text": "hello"}) for _ in strips]


def test_refused_ink_counts_as_read_empty(tmp_path):
    bad = [[[0, 0], ["a", 1]]]
    refused = [item("hi", strokes=[[]]), item("hi", strokes=bad)]
    chosen = items(write_set(tmp_path / "s.jsonl.gz", [item("hello"), *refused]))
    scores = evaluate(Faithful(), chosen, "beam")
    assert scores["n"] == 3
    assert scores["cer"] == pytest.approx(4 / 9)
    assert scores["wer"] == pytest.approx(2 / 3)
    assert scores["exact"] == pytest.approx(1 / 3)


def test_refused_pictures_count_as_read_empty_and_are_named(picture_set, capsys):
    (picture_set / "bad.png").write_bytes(b"no picture")
    (picture_set / "labels.tsv").write_text("a.png\thello\nbad.png\thello\nmissing.png\thello\n")
    scores = evaluate(Faithful(), items(picture_set), "beam")
    assert scores["cer"] == pytest.approx(2 / 3)
    said = capsys.readouterr().err
    assert "bad.png" in said
    assert "missing.png" in said


@pytest.mark.parametrize("name", ["", "missing.jsonl.gz", "words.txt"])
def test_other_data_is_refused_in_one_line(tmp_path, name):
    (tmp_path / "words.txt").write_text("hello")
    with pytest.raises(SystemExit, match="neither"):
        items(tmp_path / name)


@pytest.mark.parametrize("line", ["nonsense", "[]", "7", '{"text": "hello"}'])
def test_a_line_that_is_no_item_is_named(tmp_path, line):
    (tmp_path / "words.jsonl").write_text(f"{json.dumps(item('hello'))}\n\n{line}\n")
    with pytest.raises(SystemExit, match=r"words\.jsonl:3: not an item of ink"):
        list(items(tmp_path / "words.jsonl"))


@pytest.mark.parametrize("name", ["missing.mar", "missing.pt", "text.mar", "text.pt"])
def test_a_model_that_cannot_be_loaded_is_named(run, ink_set, tmp_path, name):
    if name.startswith("text"):
        (tmp_path / name).write_text("hello")
    with pytest.raises(SystemExit, match=rf"{name}: neither an archive nor a checkpoint"):
        run(ink_set, model=tmp_path / name)


@pytest.mark.parametrize("content", [[], [item(" ", strokes=[[[1, 1]]])]])
def test_a_set_without_any_text_is_refused_in_one_line(run, tmp_path, content):
    with pytest.raises(SystemExit, match=r"s\.jsonl\.gz: there is no text"):
        run(write_set(tmp_path / "s.jsonl.gz", content))
