from itertools import repeat

import numpy as np
import pytest
import torch

from crnn import ink
from crnn.checkpoint import Checkpoint
from crnn.recogniser import Recogniser
from crnn.strip import Strip
from tests import handwriting
from training.mixture import collate
from training.samples import Sample
from training.sources import HeldOut
from training.train import Run, held_out_cer, loss_of, report, train

WORDS = ["hello", "world", "tall", "hid"]
CONFIG = {
    "seed": 1,
    "minutes": 60,
    "learning_rate": 2e-2,
    "weight_decay": 0.0,
    "warm_up": 5,
    "shortcut": 0.2,
    "average": 0.8,
    "network": {"channels": [8, 8, 12, 16, 24], "hidden": 24, "layers": 1, "dropout": 0.0},
    "weights": {"words": 1.0},
}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def samples():
    return [Sample(ink.draw(ink.parse(handwriting.ink(word))).pixels, word) for word in WORDS]


@pytest.fixture(scope="module")
def batch(samples):
    return collate(samples)


@pytest.fixture
def held_out(words):
    return HeldOut(words, range(5))


def weights(run):
    return [value.clone() for value in run.trainee.state_dict().values()]


def test_one_batch_can_be_learnt_by_heart(samples, batch, tmp_path):
    run = Run(CONFIG, tmp_path)
    first = run.step(batch)
    last = min(run.step(batch) for _ in range(120))
    assert last < first / 20
    strips = [Strip(sample.pixels, 0, sample.pixels.shape[1]) for sample in samples]
    readings = Recogniser(run.checkpoint()).read(strips, "best-path")
    assert [reading.text for reading in readings] == WORDS


def test_the_same_seed_learns_the_same(batch, tmp_path):
    losses = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run = Run(CONFIG, tmp_path / name)
        losses.append([run.step(batch) for _ in range(3)])
    assert losses[0] == losses[1]


def test_a_resumed_run_goes_on_as_if_it_had_never_stopped(batch, tmp_path):
    run = Run(CONFIG, tmp_path)
    for _ in range(4):
        run.step(batch)
    run.progress.seconds = 77.0
    run.progress.best = 0.5
    run.save()
    resumed = Run(CONFIG, tmp_path)
    assert vars(resumed.progress) == vars(run.progress)
    assert resumed.learning_rate() == run.learning_rate()
    for each in (run, resumed):
        each.step(batch)
    assert all(map(torch.equal, weights(run), weights(resumed)))
    assert all(map(torch.equal, run.average.state_dict().values(), resumed.average.state_dict().values()))


def test_nothing_half_written_is_left(batch, tmp_path):
    run = Run(CONFIG, tmp_path)
    run.save()
    run.save()
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_the_learning_rate_warms_up_and_falls_to_nothing(tmp_path):
    run = Run(CONFIG, tmp_path)
    rates = []
    for run.progress.step, run.progress.seconds in ((0, 0), (4, 0), (100, 1800), (200, 3600), (300, 9999)):
        rates.append(run.learning_rate() / CONFIG["learning_rate"])
    assert rates == pytest.approx([0.2, 1, 0.5, 0, 0])


def test_a_run_ends_with_its_state_its_log_and_its_best_checkpoint(batch, held_out, tmp_path):
    run = Run(CONFIG | {"minutes": 1e-6}, tmp_path)
    train(run, repeat(batch), held_out)
    assert run.progress.step >= 1
    assert {path.name for path in tmp_path.iterdir()} == {"state.pt", "log.csv", "best.pt"}
    [line] = (tmp_path / "log.csv").read_text().splitlines()
    assert line.split(",")[0] == str(run.progress.step)
    notes = Checkpoint.load(tmp_path / "best.pt").notes
    assert notes["steps"] == run.progress.step
    assert notes["config"]["seed"] == 1


def test_a_finished_run_learns_nothing_more(batch, held_out, tmp_path):
    run = Run(CONFIG | {"minutes": 1e-6}, tmp_path)
    train(run, repeat(batch), held_out)
    again = Run(CONFIG | {"minutes": 1e-6}, tmp_path)
    train(again, repeat(batch), held_out)
    assert again.progress.step == run.progress.step


def test_only_a_better_checkpoint_is_kept(held_out, tmp_path):
    run = Run(CONFIG, tmp_path)
    report(run, held_out, 1.0)
    before = (tmp_path / "best.pt").read_bytes()
    run.progress.step = 9
    report(run, held_out, 1.0)
    assert (tmp_path / "best.pt").read_bytes() == before
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 2


def test_the_held_out_rate_is_a_cer(held_out, tmp_path):
    assert held_out_cer(Run(CONFIG, tmp_path).checkpoint().network, held_out) >= 0.5


def test_a_text_too_long_for_its_strip_spoils_no_batch(samples, tmp_path):
    impossible = Sample(np.zeros((48, 24), np.uint8), "far too long for it")
    loss = loss_of(Run(CONFIG, tmp_path).trainee, collate([*samples, impossible]), 0.2)
    assert torch.isfinite(loss)
