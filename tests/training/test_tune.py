import hashlib

import numpy as np
import pytest

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.reader import Calibration, Habits, Reader
from crnn.strip import Strip
from training import archive_files, tune
from training.tune import Answer, calibrate, choose, fit

ALPHABET = Alphabet()
STRIP = Strip(np.zeros((48, 96), np.uint8), 0, 96)


def doubtful():
    """Log probabilities of "cat", 0.6, and "cot", 0.4: (steps, classes)."""
    likely = np.full((5, len(ALPHABET)), 1e-7)
    c, a, o, t = ALPHABET.encode("caot")
    likely[[0, 4], [c, t]] = 1.0
    likely[[1, 3], 0] = 1.0
    likely[2, [a, o]] = 0.6, 0.4
    return np.log(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("weights", [(1.0, 0.0, 0.0), (0.6, -0.4, -0.8), (1.7, 0.3, 0.5)])
def test_a_fit_finds_the_line_that_made_the_answers(weights):
    random = np.random.default_rng(1)
    believed = np.stack([random.normal(1, 3, 30_000), random.uniform(0, 4, 30_000), np.ones(30_000)], axis=1)
    right = (random.random(30_000) < 1 / (1 + np.exp(-(believed @ weights)))).astype(float)
    found = fit(believed, right)
    assert (found.slope, found.length, found.shift) == pytest.approx(weights, abs=0.12)


def test_a_calibration_learns_how_often_readings_are_right():
    """The network says 0.6 every time, and is right nine times of ten."""
    chosen = [Answer(STRIP, doubtful(), "cat")] * 9 + [Answer(STRIP, doubtful(), "cot")]
    calibration: Calibration = calibrate(Reader(ALPHABET), chosen, "beam")
    assert calibration.confidence(0.6, 3) == pytest.approx(0.9, abs=0.02)


class Shifting:
    """Scores readers by their habits, without reading."""

    def __init__(self, words, codes):
        self.words, self.codes = words, codes

    def __call__(self, reader, chosen):
        return (self.words if "prose" in chosen else self.codes)(reader)


def choice(monkeypatch, words, codes):
    monkeypatch.setattr(tune, "cer", Shifting(words, codes))
    sets = {"words": ["prose"], "lines": ["prose"], "codes": ["strange"], "letters": ["strange"]}
    return choose(sets, lambda habits: habits)


def test_the_habits_that_read_prose_best_are_chosen(monkeypatch):
    best = choice(monkeypatch, words=lambda habits: abs(habits.weight - 0.5), codes=lambda habits: 0.1)
    assert best.weight == 0.45


def test_habits_that_spoil_codes_are_not_chosen(monkeypatch):
    chosen = choice(
        monkeypatch,
        words=lambda habits: 0.2 - 0.1 * habits.weight,
        codes=lambda habits: 0.1 if habits.weight < 0.35 else 0.2,
    )
    assert chosen.weight == 0.3


def test_what_is_found_goes_beside_the_checkpoint_and_names_it(monkeypatch, tmp_path):
    (tmp_path / "soup.pt").write_bytes(b"weights")
    nothing = {"words": [], "lines": []}
    for name, found in (("answers", nothing), ("held_out", {}), ("choose", Habits(0.3, 0.5))):
        monkeypatch.setattr(tune, name, lambda *_, found=found: found)
    monkeypatch.setattr(tune, "calibrate", lambda *_: Calibration(0.9))
    monkeypatch.setattr(tune.Checkpoint, "load", lambda _: Checkpoint(None, ALPHABET))
    monkeypatch.setattr(tune.languages, "build", lambda *_: None)
    monkeypatch.setattr(tune.language, "load", lambda *_: None)
    tune.tune(tmp_path / "soup.pt", tmp_path)
    habits = Habits.load(tmp_path / "habits.json")
    assert (habits.weight, habits.calibrations["beam"]) == (0.3, Calibration(0.9))
    assert habits.weights_sha256 == hashlib.sha256(b"weights").hexdigest()
    (tmp_path / "best.pt").write_bytes(b"others")
    assert archive_files.has_own_habits(tmp_path / "soup.pt")
    assert not archive_files.has_own_habits(tmp_path / "best.pt")


def test_where_every_weight_does_harm_languages_say_nothing(monkeypatch):
    best = choice(monkeypatch, words=lambda habits: 0.1, codes=lambda habits: 0.1 * bool(habits.weight))
    assert best == Habits()
