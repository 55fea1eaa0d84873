import argparse
import csv
import signal
from itertools import repeat

import pytest

from crnn.checkpoint import Checkpoint
from tests.training.exports import write_export
from tests.training.learners import run_in, samples
from tests.training.sets import item, write_data
from training import train as module
from training.mixture import collate
from training.sources import HeldOut
from training.stream import Position
from training.train import Interrupt, build, report, train

pytestmark = pytest.mark.usefixtures("one_thread")
SHORT = 1e-6
"""Minutes that are over after the first step."""
RECIPE = f"""seed = 1
minutes = {SHORT}
columns = 4000
learning_rate = 1e-3
weight_decay = 0.0
warm_up = 5
fall = 1.0
shortcut = 0.2
average = 0.8
[network]
planes = 4
channels = [8, 8, 12, 16, 24]
hidden = 24
layers = 1
dropout = 0.0
[weights]
words = 1.0
"""


@pytest.fixture(scope="module")
def batches():
    return repeat((collate(samples()), Position(0, 1)))


@pytest.fixture
def held_out(words):
    return HeldOut(words, range(5))


@pytest.fixture
def handlers():
    """Those of a program in the foreground, and as they were afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def interrupt(handlers):
    return Interrupt()


def rows(folder):
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_ends_with_its_state_its_log_its_curves_and_its_best_checkpoint(
    batches, held_out, interrupt, tmp_path
):
    run = run_in(tmp_path, minutes=SHORT)
    train(run, batches, held_out, interrupt)
    assert run.progress.step == 1
    assert {path.name for path in tmp_path.iterdir()} == {"state.pt", "log.csv", "curves.png", "best.pt"}
    [row] = rows(tmp_path)
    assert (row["step"], row["samples"]) == ("1", "4")
    assert float(row["held_out_cer"]) == pytest.approx(run.progress.best, abs=1e-4)
    assert Checkpoint.load(tmp_path / "best.pt").notes["steps"] == 1


def test_a_finished_run_learns_nothing_more_and_says_nothing_more(batches, held_out, interrupt, tmp_path):
    train(run_in(tmp_path, minutes=SHORT), batches, held_out, interrupt)
    again = run_in(tmp_path, minutes=SHORT)
    train(again, batches, held_out, interrupt)
    assert again.progress.step == 1
    assert len(rows(tmp_path)) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_after_its_step(batches, held_out, interrupt, tmp_path, number):
    run = run_in(tmp_path)

    def interrupted():
        for index, each in enumerate(batches):
            if index == 2:
                signal.raise_signal(number)
            yield each

    train(run, interrupted(), held_out, interrupt)
    assert interrupt.asked
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]
    assert run_in(tmp_path).progress.step == run.progress.step == 3


def test_time_that_was_spent_before_an_interrupt_counts(batches, held_out, interrupt, tmp_path):
    run = run_in(tmp_path, minutes=1)
    run.progress.seconds = 59.999
    train(run, batches, held_out, interrupt)
    assert run.progress.seconds >= 60
    assert run.progress.step < 10


def test_it_saves_and_evaluates_on_the_way(batches, held_out, interrupt, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_SAVE_EVERY", 0.0)
    monkeypatch.setattr(module, "_EVALUATE_EVERY", 0.0)
    run = run_in(tmp_path)

    def watched():
        yield from (next(batches) for _ in range(2))
        assert run_in(tmp_path).progress.step == 2
        signal.raise_signal(signal.SIGINT)
        yield next(batches)

    train(run, watched(), held_out, interrupt)
    assert [row["step"] for row in rows(tmp_path)] == ["1", "2", "3"]


def test_a_run_that_ended_in_its_last_report_reports_when_it_is_taken_up_again(
    batches, held_out, interrupt, tmp_path, monkeypatch
):
    def die(*_):
        raise RuntimeError("the machine was lost")

    with monkeypatch.context() as patch:
        patch.setattr(module, "report", die)
        with pytest.raises(RuntimeError):
            train(run_in(tmp_path, minutes=SHORT), batches, held_out, interrupt)
    again = run_in(tmp_path, minutes=SHORT)
    train(again, batches, held_out, interrupt)
    assert again.progress.step == 1
    [row] = rows(tmp_path)
    assert (row["step"], float(row["loss"])) == ("1", pytest.approx(again.progress.loss, abs=1e-4))
    assert Checkpoint.load(tmp_path / "best.pt").notes["steps"] == 1


def test_a_run_that_was_interrupted_in_its_last_step_reports_when_it_is_taken_up_again(
    batches, held_out, interrupt, tmp_path
):
    run = run_in(tmp_path, minutes=SHORT)

    def interrupted():
        signal.raise_signal(signal.SIGINT)
        yield next(batches)

    train(run, interrupted(), held_out, interrupt)
    assert not (tmp_path / "log.csv").exists()
    interrupt.asked = False
    train(run_in(tmp_path, minutes=SHORT), batches, held_out, interrupt)
    assert [row["step"] for row in rows(tmp_path)] == ["1"]


def test_what_was_reported_last_is_not_reported_again_at_the_end(
    batches, held_out, interrupt, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "_EVALUATE_EVERY", 0.0)
    train(run_in(tmp_path, minutes=SHORT), batches, held_out, interrupt)
    assert [row["step"] for row in rows(tmp_path)] == ["1"]


def test_the_best_is_known_to_a_run_whose_machine_was_lost_right_after_the_report(held_out, tmp_path):
    run = run_in(tmp_path)
    run.save()
    run.progress.step = 9
    report(run, held_out)
    again = run_in(tmp_path).progress
    assert (again.best, again.reported) == (run.progress.best, 9)


def test_an_interrupt_is_answered_once(interrupt, capsys):
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    assert capsys.readouterr().err.strip() == "Interrupted: this ends after the step, and saves."


def test_workers_leave_the_answer_to_their_parent(interrupt, capsys, monkeypatch):
    monkeypatch.setattr(module, "parent_process", lambda: "the run")
    signal.raise_signal(signal.SIGINT)
    assert interrupt.asked
    assert not capsys.readouterr().err


def test_an_interrupt_while_data_are_read_ends_it_at_once(tmp_path, monkeypatch, handlers):
    recipe = tmp_path / "mine.toml"
    recipe.write_text(RECIPE)
    monkeypatch.setattr(module, "build", lambda *_: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr("sys.argv", ["train", str(recipe), "data", str(tmp_path / "runs" / "mine")])
    with pytest.raises(SystemExit, match="Ended before anything was learnt"):
        module.main()
    assert not (tmp_path / "runs").exists()


def test_only_a_better_checkpoint_is_kept(held_out, tmp_path):
    run = run_in(tmp_path)
    report(run, held_out)
    before = (tmp_path / "best.pt").read_bytes()
    run.progress.step = 9
    report(run, held_out)
    assert (tmp_path / "best.pt").read_bytes() == before
    assert [row["step"] for row in rows(tmp_path)] == ["0", "9"]


def test_the_last_checkpoint_is_kept_where_that_is_wanted(held_out, tmp_path):
    run = run_in(tmp_path, keep="last")
    run.progress.best = 0.0
    run.progress.step = 9
    report(run, held_out)
    assert Checkpoint.load(tmp_path / "best.pt").notes["steps"] == 9


def test_it_says_what_it_does_before_its_first_step(tmp_path, monkeypatch, capsys, handlers):
    data, recipe = write_data(tmp_path / "data"), tmp_path / "mine.toml"
    recipe.write_text(RECIPE)
    monkeypatch.setattr("sys.argv", ["train", str(recipe), str(data), str(tmp_path / "runs" / "mine")])
    module.main()
    said = capsys.readouterr().err
    begun = ["Packing words-train.jsonl.gz", f"Reading {data}", "Beginning anew, for 1e-06 minutes"]
    assert all(words in said for words in begun)
    module.main()
    said = capsys.readouterr().err
    assert "Packing" not in said
    assert "Going on from step 1: 0 of 1e-06 minutes are over." in said


def test_corrections_are_learnt_only_where_an_export_is_named(tmp_path):
    data = write_data(tmp_path / "data")
    folder = write_export(tmp_path / "export", ink=[item("tall")])
    config = {"weights": {"corrections": 1.0}, "columns": 4000, "seed": 1}
    named = argparse.Namespace(
        config=tmp_path / "mine.toml", data=data, run=tmp_path / "run", corrections=folder
    )
    mixture, _ = build(config, named)
    assert set(mixture[0][0].target_lengths.tolist()) == {len("tall")}
    assert config["exports"] == ["4f1c9a"]
    named.corrections, named.data = None, tmp_path / "not-read"
    with pytest.raises(SystemExit, match=r"mine\.toml learns from corrections"):
        build(config, named)


def test_words_are_drawn_by_how_hard_the_start_finds_them(tmp_path):
    data = write_data(tmp_path / "data")
    run_in(tmp_path / "first").checkpoint().save(tmp_path / "best.pt")
    importance = {"easy": 0.1, "least": 0.25, "wrong": 0.0}
    config = {"weights": {"words": 1.0}, "columns": 4000, "seed": 1, "start": str(tmp_path / "best.pt")}
    named = argparse.Namespace(
        config=tmp_path / "mine.toml", data=data, run=tmp_path / "run", corrections=None
    )
    build(config, named)
    with pytest.raises(ValueError, match="weight of 0"):
        build(config | {"importance": importance}, named)
