"""Finds a checkpoint's habits of reading: `python -m training.tune CHECKPOINT DATA`.

Learns the languages, chooses how much they count and calibrates confidences, all on writers held out of
training; `language.npz` and `habits.json`, which names the checkpoint by its hash, go beside it. Sets that
are reported choose nothing.
"""

import argparse
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from crnn import ink, language
from crnn.checkpoint import Checkpoint
from crnn.decode import LogProbabilities
from crnn.ink import Points
from crnn.reader import DECODERS, Calibration, Decoder, Habits, LookAgain, Reader, features
from crnn.recogniser import Recogniser
from crnn.reference import TorchEngine
from crnn.strip import Strip
from training import archive_files, phrases, sources
from training import language as languages
from training.composed import ComposedSource
from training.metrics import score

_WEIGHTS = (0.3, 0.45, 0.6, 0.75)
_BONUS = 1.8
"""The bonus that goes with a weight, as a multiple of it."""
_HARM = 0.003
"""How much worse, in CER, text that is no language may be read at most."""
_COUNTS = {"words": 1200, "lines": 200, "codes": 400, "letters": 600}
_PROSE, _STRANGE = ("words", "lines"), ("codes", "letters")


@dataclass(frozen=True)
class Answer:
    """What the network answers to a held-out strip, and what is written on it."""

    strip: Strip
    steps: LogProbabilities
    text: str
    look_again: LookAgain | None = None


Answers = Mapping[str, Sequence[Answer]]


def held_out(data: Path, cache: Path, seed: int = 1) -> dict[str, list[tuple[list[Points], str]]]:
    """Ink of writers held out of training: words, lines, and codes and letters set from their characters."""
    random = np.random.default_rng(seed)
    stores, away = sources.stores(data, cache)
    drawn: dict[str, list[tuple[list[Points], str]]] = {}
    for kind in _PROSE:
        store = stores[kind]
        mine = [i for i in sources.of_writers(store, away) if sources.is_prose(store, i)]
        chosen = random.permutation(mine)[: _COUNTS[kind]].tolist()
        drawn[kind] = [(store.strokes(index), str(store.texts[index])) for index in chosen]
    characters = stores["characters"]
    supply = phrases.load(data / "text", [])
    composed = ComposedSource(characters, sources.of_writers(characters, away), supply)
    for kind, make in (("codes", supply.anything), ("letters", _letters)):
        drawn[kind] = [_composed(composed, make, random) for _ in range(_COUNTS[kind])]
    return drawn


def _letters(random: np.random.Generator) -> str:
    return "".join(random.choice(list(string.ascii_lowercase), random.integers(3, 10)))


def _composed(
    composed: ComposedSource, make: Callable[[np.random.Generator], str], random: np.random.Generator
) -> tuple[list[Points], str]:
    while True:
        text = make(random).strip()
        if composed.spells(text):
            return composed.compose(text, random), text


def answers(checkpoint: Checkpoint, drawn: Mapping[str, Sequence[tuple[list[Points], str]]]) -> Answers:
    """Ask the network for every strip."""
    recogniser = Recogniser(TorchEngine(checkpoint), Reader(checkpoint.alphabet))
    asked = {}
    for name, inks in drawn.items():
        strips = [ink.draw(strokes) for strokes, _ in inks]
        steps = recogniser.log_probabilities(strips)
        asked[name] = [
            Answer(strip, answer, text, cache(partial(recogniser.look_again, strip)))
            for strip, answer, (_, text) in zip(strips, steps, inks, strict=True)
        ]
    return asked


def cer(reader: Reader, chosen: Iterable[Answer]) -> float:
    """CER of the settled reading, at one look."""
    chosen = list(chosen)
    read = [reader.read(each.strip, each.steps, "beam").text for each in chosen]
    return score([each.text for each in chosen], read).cer


def choose(asked: Answers, reader: Callable[[Habits], Reader]) -> Habits:
    """The habits that read prose best, of those by which nothing else is read much worse.

    Words and lines count by their characters.
    """
    prose = [each for name in _PROSE for each in asked[name]]
    sets = {name: asked[name] for name in _STRANGE} | {"prose": prose}
    rates = {}
    for weight in tqdm((0.0, *_WEIGHTS), desc="weights"):
        guided = reader(_habits(weight))
        rates[weight] = {name: cer(guided, chosen) for name, chosen in sets.items()}
        tqdm.write(f"{weight:.2f} {_told(rates[weight])}")
    harmless = [w for w in rates if all(rates[w][name] <= rates[0.0][name] + _HARM for name in _STRANGE)]
    return _habits(min(harmless, key=lambda weight: rates[weight]["prose"]))


def _habits(weight: float) -> Habits:
    return Habits(weight, weight * _BONUS)


def _told(rates: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {rate:.2%}" for name, rate in rates.items())


def calibrate(reader: Reader, chosen: Sequence[Answer], decoder: Decoder) -> Calibration:
    """Fit confidences to how often readings are right."""
    believed, right = [], []
    for each in chosen:
        candidates, beliefs = reader.search(each.steps, decoder, each.look_again)
        believed.append(features(beliefs[0], len(candidates[0].classes)))
        right.append(reader.spelled(candidates[0]) == each.text)
    return fit(np.array(believed), np.array(right, dtype=np.float64))


def fit(believed: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> Calibration:
    """Logistic regression by Newton's method: (readings, features) of beliefs, and 1 where right."""
    found = np.zeros(3)
    for _ in range(25):
        expected = 1 / (1 + np.exp(-np.clip(believed @ found, -30, 30)))
        slope = believed.T @ (right - expected) - 1e-3 * found
        bend = (believed.T * (expected * (1 - expected))) @ believed + 1e-3 * np.eye(3)
        found = found + np.linalg.solve(bend, slope)
    return Calibration(*(float(weight) for weight in found))


def tune(checkpoint: Path, data: Path) -> Habits:
    """Write `language.npz` and `habits.json` beside a checkpoint."""
    folder = checkpoint.parent
    weights, loaded = archive_files.sha256(checkpoint), Checkpoint.load(checkpoint)
    languages.build(data, folder / "language.npz")
    known = language.load(folder / "language.npz", loaded.alphabet)
    asked = answers(loaded, held_out(data, folder.parent / "cache"))
    habits = choose(asked, lambda habits: Reader(loaded.alphabet, habits, known))
    reader = Reader(loaded.alphabet, habits, known)
    calibrations = {
        decoder: calibrate(reader, [*asked["words"], *asked["lines"]], decoder) for decoder in DECODERS
    }
    habits = replace(habits, calibrations=calibrations, weights_sha256=weights)
    habits.save(folder / "habits.json")
    return habits


def main() -> None:
    """Read the command line and tune."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(tune(arguments.checkpoint, arguments.data))  # noqa: T201


if __name__ == "__main__":
    main()
