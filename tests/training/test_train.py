import csv
import signal
from itertools import repeat

import pytest

from crnn.checkpoint import Checkpoint
from tests.training.learners import run_in, samples
from training import train as module
from training.mixture import collate
from training.sources import HeldOut
from training.stream import Position
from training.train import Interrupt, held_out_cer, report, train

pytestmark = pytest.mark.usefixtures("one_thread")
SHORT = 1e-6
"""Minutes that are over after the first step."""


@pytest.fixture(scope="module")
def batches():
    return repeat((collate(samples()), Position(0, 1)))


@pytest.fixture
def held_out(words):
    return HeldOut(words, range(5))


@pytest.fixture
def interrupt():
    """Handlers as they were, afterwards."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    yield Interrupt()
    for number, handler in before.items():
        signal.signal(number, handler)


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


def test_only_a_better_checkpoint_is_kept(held_out, tmp_path):
    run = run_in(tmp_path)
    report(run, held_out, 1.0)
    before = (tmp_path / "best.pt").read_bytes()
    run.progress.step = 9
    report(run, held_out, 1.0)
    assert (tmp_path / "best.pt").read_bytes() == before
    assert [row["step"] for row in rows(tmp_path)] == ["0", "9"]


def test_the_held_out_rate_is_a_cer(held_out, tmp_path):
    assert held_out_cer(run_in(tmp_path).checkpoint().network, held_out) >= 0.5
