import json
import sys

import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import Habits
from tests import handwriting, paper
from tests.training.sets import item, write_pages, write_set
from training import archive_files
from training import evaluate as module

KEYS = {"model", "cer", "wer", "exact", "top3", "ece", "n", "ms_per_item", "cer_interval", "resampled"}
FILES = {"confusions.tsv", "reliability.png", "scores.json", "summary.txt", "worst.png"}


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
def run(monkeypatch, capsys, checkpoint, tmp_path):
    """Evaluate from the command line; give the lines of standard output."""
    threads = torch.get_num_threads()

    def main(*arguments, models=(checkpoint,)):
        named = ["--model", *map(str, models)] if models else []
        report = ["--report", str(tmp_path / "report")]
        monkeypatch.setattr(sys, "argv", ["evaluate", *map(str, arguments), *named, *report])
        module.main()
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield main
    torch.set_num_threads(threads)


@pytest.mark.parametrize("decoder", ["best-path", "beam"])
def test_ink_is_scored_in_one_line_of_json(run, ink_set, decoder):
    (scores,) = run(ink_set, "--decoder", decoder)
    assert set(scores) >= KEYS
    assert scores["n"] == 3
    assert scores["cer"] > 0.5
    assert scores["exact"] == 0
    assert scores["ms_per_item"] > 0


def test_pictures_are_scored_in_one_line_of_json(run, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(paper.encoded(paper.page(handwriting.ink("hello"))))
    (tmp_path / "pictures" / "labels.tsv").write_text("a.png\thello\nmissing.png\tworld\n")
    (scores,) = run(tmp_path / "pictures")
    assert set(scores) >= KEYS
    assert scores["n"] == 2


def test_pages_are_scored_in_one_line_of_json(run, tmp_path):
    (scores,) = run(write_pages(tmp_path / "pages", (1, ["hello", "été"]), (2, ["hello"])))
    assert set(scores) >= KEYS
    assert scores["n"] == 2


def test_a_limit_reads_the_first_ones_alone(run, ink_set):
    assert run(ink_set, "--limit", 2)[0]["n"] == 2


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_no_number_of_items_is_refused(run, ink_set, limit, capsys):
    with pytest.raises(SystemExit):
        run(ink_set, f"--limit={limit}")
    assert "--limit" in capsys.readouterr().err


def test_the_report_lies_in_a_folder_of_the_model(run, ink_set, checkpoint, tmp_path):
    (scores,) = run(ink_set)
    folder = tmp_path / "report" / scores["model"]
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_report_lies_by_default_in_a_folder_of_the_set(
    monkeypatch, ink_set, checkpoint, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["evaluate", str(ink_set), "--model", str(checkpoint)])
    module.main()
    (name,) = module.names([checkpoint])
    assert (tmp_path / "reports" / "evaluate" / "words" / name / "worst.png").exists()
    assert f"reports/evaluate/words/{name}" in capsys.readouterr().err


@pytest.mark.parametrize(("tuned", "warned"), [("its own", False), ("", True), ("0" * 64, True)])
def test_habits_of_other_weights_are_warned_of(run, ink_set, checkpoint, tmp_path, capsys, tuned, warned):
    mine = tmp_path / "run" / "soup.pt"
    mine.parent.mkdir()
    mine.write_bytes(checkpoint.read_bytes())
    weights = archive_files.sha256(mine) if tuned == "its own" else tuned
    Habits(weights_sha256=weights).save(mine.parent / "habits.json")
    module.load([mine])
    assert ("soup.pt is read with habits of other weights" in capsys.readouterr().err) == warned


def test_people_are_told_beside_the_json(run, ink_set, capsys, monkeypatch):
    said = []
    monkeypatch.setattr(module, "_say", said.append)
    run(ink_set)
    assert "CER" in said[0]
    assert "confusions" in said[0]


def test_several_models_have_a_line_each_and_stand_side_by_side(
    run, ink_set, checkpoint, tmp_path, monkeypatch
):
    said = []
    monkeypatch.setattr(module, "_say", said.append)
    other = tmp_path / "last.pt"
    other.write_bytes(checkpoint.read_bytes())
    first, second = run(ink_set, models=(checkpoint, other))
    assert [first["model"], second["model"]] == module.names([checkpoint, other])
    assert first["cer"] == second["cer"]
    assert first["model"] in said[-1]
    assert second["model"] in said[-1]
    assert len(list((tmp_path / "report").iterdir())) == 2


def test_models_are_named_by_their_files_and_checkpoints_by_their_runs_too(tmp_path):
    paths = ["store/crnn-1.0.mar", "runs/crnn-1.1/best.pt", "runs/crnn-2.0/best.pt", "other/crnn-1.0.mar"]
    named = module.names([tmp_path / path for path in paths])
    assert named == ["crnn-1.0", "crnn-1.1-best", "crnn-2.0-best", "crnn-1.0-2"]


@pytest.mark.parametrize("name", ["missing.mar", "missing.pt", "text.mar", "text.pt", "empty.pt", "list.pt"])
def test_a_model_that_cannot_be_loaded_is_named_before_anything_is_read(run, checkpoint, tmp_path, name):
    (tmp_path / "empty.pt").touch()
    torch.save([1, 2], tmp_path / "list.pt")
    if name.startswith("text"):
        (tmp_path / name).write_text("hello")
    with pytest.raises(SystemExit, match=rf"{name}: neither an archive nor a checkpoint"):
        run(tmp_path / "no-set", models=(checkpoint, tmp_path / name))


def test_an_engine_that_a_model_lacks_is_refused_in_one_line(run, ink_set, checkpoint):
    with pytest.raises(SystemExit, match=r"best\.pt: a checkpoint is read by PyTorch alone"):
        run(ink_set, "--engine", "onnx")


def test_an_empty_store_asks_for_a_model(run, ink_set, monkeypatch, tmp_path):
    monkeypatch.setattr(module.archive_files.newest, "__defaults__", (tmp_path,))
    with pytest.raises(SystemExit, match=r"no archive in .*: name a model"):
        run(ink_set, models=())


@pytest.mark.parametrize("content", [[], [item(" ", strokes=[[[1, 1]]])]])
def test_a_set_without_any_text_is_refused_in_one_line(run, tmp_path, content):
    with pytest.raises(SystemExit, match=r"s\.jsonl\.gz: there is no text"):
        run(write_set(tmp_path / "s.jsonl.gz", content))


def test_a_set_that_was_cut_short_is_refused_in_one_line(run, ink_set):
    ink_set.write_bytes(ink_set.read_bytes()[:-20])
    with pytest.raises(SystemExit, match=r"words\.jsonl\.gz: "):
        run(ink_set)


def test_other_data_is_refused_in_one_line(run, tmp_path):
    with pytest.raises(SystemExit, match="neither"):
        run(tmp_path / "missing.jsonl.gz")
