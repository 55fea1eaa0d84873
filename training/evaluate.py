"""Reads a set in process and reports on it: `python -m training.evaluate DATA`.

DATA is ink (`.jsonl.gz`), a folder of pictures with `labels.tsv` (`file<TAB>text`, perhaps `<TAB>writer`), or
a folder of scanned pages with `pages.jsonl`. Standard output has one line of JSON for each model and nothing
else; words for people go to standard error, and files to the folder of the report.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from crnn.bundle import CHOICES, HABITS, Choice, EngineError
from crnn.reader import DECODERS, Decoder
from crnn.recogniser import Recogniser
from training import answers, archive_files, report, sets
from training.progress import tell
from training.report import Report, Subject

REPORTS = Path("reports/evaluate")
_SEED = 1


def evaluate(
    recogniser: Recogniser, chosen: Iterable[sets.Item], subject: Subject, decoder: Decoder
) -> Report:
    """Read items and measure what was read; the time an item takes is that of preparing and reading it.

    ValueError where there is no text among them to compare with.
    """
    begun = time.perf_counter()
    read = list(
        tqdm(answers.read(recogniser, chosen, decoder), desc=str(subject), unit="item", mininterval=2)
    )
    milliseconds = (time.perf_counter() - begun) * 1000
    return report.measure(subject, read, milliseconds / max(1, len(read)), np.random.default_rng(_SEED))


def load(models: Sequence[Path], engine: Choice = "auto") -> dict[str, Recogniser]:
    """Load archives and checkpoints by name; SystemExit where one of them is neither or lacks the engine."""
    with tempfile.TemporaryDirectory() as scratch:
        loaded = [_load(model, Path(scratch), engine) for model in models]
    return dict(zip(names(models), loaded, strict=True))


def _load(model: Path, scratch: Path, engine: Choice) -> Recogniser:
    try:
        with archive_files.asked_for(model):
            loaded = archive_files.recogniser(model, scratch, engine)
            _warn_of_others_habits(model)
    except EngineError as error:
        raise SystemExit(f"{model}: {error}") from error
    return loaded


def _warn_of_others_habits(model: Path) -> None:
    """Say so where a checkpoint is read with habits that were, or may have been, found for another one."""
    habits = model.parent / HABITS
    if model.suffix != ".mar" and habits.exists() and not archive_files.has_own_habits(model):
        tell(f"{model} is read with habits of other weights, or that do not say: make tune of it")


def names(models: Sequence[Path]) -> list[str]:
    """Name each differently: `crnn-1.0.mar` is `crnn-1.0`, `runs/crnn-1.1/best.pt` is `crnn-1.1-best`."""
    seen: Counter[str] = Counter()
    named = []
    for model in (path.resolve() for path in models):
        name = model.stem if model.suffix == ".mar" else f"{model.parent.name}-{model.stem}"
        seen[name] += 1
        named.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return named


def _newest() -> Path:
    try:
        return archive_files.newest()
    except FileNotFoundError as error:
        raise SystemExit(f"{error}: name a model") from error


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--model", type=Path, nargs="+", help="archives or checkpoints; the newest archive by default"
    )
    parser.add_argument("--decoder", choices=DECODERS, default="beam")
    parser.add_argument(
        "--engine",
        choices=CHOICES,
        default="auto",
        help="of archives: auto is what serves, torch the reference",
    )
    parser.add_argument("--limit", type=_number)
    parser.add_argument("--report", type=Path, help="a folder; reports/evaluate/SET by default")
    return parser.parse_args()


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _report(arguments: argparse.Namespace, name: str, recogniser: Recogniser) -> Report:
    """Read the set anew, so that each model is timed with preparing it."""
    chosen = islice(sets.items(arguments.data), arguments.limit)
    subject = Subject(sets.name(arguments.data), name, arguments.decoder)
    try:
        return evaluate(recogniser, chosen, subject, arguments.decoder)
    except (ValueError, OSError, EOFError) as error:
        raise SystemExit(f"{arguments.data}: {error}") from error


def _say(text: str) -> None:
    tell(f"\n{text}")


def main() -> None:
    """Read the command line, evaluate each model, write, say."""
    arguments = _arguments()
    torch.set_num_threads(1)
    folder = arguments.report or REPORTS / sets.name(arguments.data)
    made = []
    for name, recogniser in load(arguments.model or [_newest()], arguments.engine).items():
        made.append(_report(arguments, name, recogniser))
        report.write(made[-1], folder / name)
        _say(report.tell(made[-1]))
        _say(f"More in {folder / name}")
    if len(made) > 1:
        _say(report.side_by_side(made))
    for each in made:
        print(json.dumps(each.scores()))  # noqa: T201


if __name__ == "__main__":
    main()
