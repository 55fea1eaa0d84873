"""Trains a network: `python -m training.train CONFIG DATA RUN`; after Ctrl-C the same command goes on.

A configuration that gives the source `corrections` a weight learns from an export of them, too (CORRECTIONS).
"""

import argparse
import csv
import os
import signal
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Never

import torch
from tqdm import tqdm

from training import archive_files, corrections, curves, one_look, sources
from training.importance import Importance
from training.mixture import Batch, Mixture
from training.place import Place
from training.progress import tell
from training.run import Run
from training.samples import Source
from training.stream import Position, stream

LOG = "log.csv"
_COLUMNS = ("step", "samples", "seconds", "learning_rate", "loss", "held_out_cer")
_SAVE_EVERY = 120.0
_EVALUATE_EVERY = 900.0


class Interrupt:
    """Notes Ctrl-C, or the wish to end that a service manager sends, for the end of the step."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.asked = True


def train(
    run: Run, batches: Iterator[tuple[Batch, Position]], held_out: sources.HeldOut, interrupt: Interrupt
) -> None:
    """Train until the minutes are spent or an interrupt; save, evaluate and log on the way."""
    budget = 60.0 * run.config["minutes"]
    begun, before = time.monotonic(), run.progress.seconds
    saved, evaluated, smooth = begun, begun, 0.0
    bar = tqdm(total=round(budget), initial=round(before), unit="s", mininterval=20)
    while run.progress.seconds < budget and not interrupt.asked:
        loss = run.step(*next(batches))
        smooth = 0.98 * smooth + 0.02 * loss if smooth else loss
        now = time.monotonic()
        run.progress.seconds = before + now - begun
        _show(bar, run, smooth)
        if now - evaluated > _EVALUATE_EVERY:
            report(run, held_out, smooth)
            evaluated = time.monotonic()
        if now - saved > _SAVE_EVERY:
            run.save()
            saved = now
    bar.close()
    run.save()
    if smooth and not interrupt.asked:
        report(run, held_out, smooth)  # takes a minute, in which what was learnt must not be lost
        run.save()


def _outset(run: Run) -> str:
    """Say where a run begins, or goes on from, and how long it takes."""
    step, minutes = run.progress.step, run.config["minutes"]
    if step:
        return f"Going on from step {step}: {run.progress.seconds / 60:.0f} of {minutes:g} minutes are over."
    start = f"with the weights of {Path(run.config['start']).name}" if "start" in run.config else "anew"
    return f"Beginning {start}, for {minutes:g} minutes."


def _show(bar: "tqdm[Never]", run: Run, loss: float) -> None:
    """The bar counts the seconds of the budget; beside them the rate at which samples are learnt from."""
    done = run.progress
    rate = done.samples / max(done.seconds, 1e-9)
    bar.set_postfix(step=done.step, samples_a_second=f"{rate:.0f}", loss=f"{loss:.3f}", refresh=False)
    bar.update(round(done.seconds) - bar.n)


def report(run: Run, held_out: sources.HeldOut, loss: float) -> None:
    """Log the held-out CER, draw the curves, and keep the best checkpoint, or the last by `keep`."""
    checkpoint = run.checkpoint()
    cer = one_look.held_out_cer(checkpoint, held_out)
    done = run.progress
    rate = f"{run.learning_rate():.2e}"
    row = (done.step, done.samples, round(done.seconds), rate, f"{loss:.4f}", f"{cer:.4f}")
    log = run.folder / LOG
    fresh = not log.exists()
    with log.open("a", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, row] if fresh else [row])
    curves.draw(log, run.folder / "curves.png")
    if cer < done.best or run.config.get("keep") == "last":
        done.best = cer
        checkpoint.save(run.folder / "best.pt")


def configuration(path: Path) -> dict[str, Any]:
    """Read a recipe; `start = "newest"` becomes the newest archive there is."""
    config = tomllib.loads(path.read_text()) | {"recipe": path.name}
    if config.get("start") == "newest":
        config["start"] = os.path.relpath(archive_files.newest())  # it travels with the weights
    return config


def build(config: dict[str, Any], arguments: argparse.Namespace) -> tuple[Mixture, sources.HeldOut]:
    """Build the sources that a configuration weighs; it takes in the id of the export that is learnt from."""
    cache = arguments.run.parent / "cache"
    named: dict[str, Source]
    weigh = (
        Importance(Path(config["start"]), **config["importance"]).weights if "importance" in config else None
    )
    named, held_out = sources.build(arguments.data, cache, weigh)
    if config.get("benchmark"):
        more, held_out = sources.benchmark(arguments.data, cache)
        named |= more
    if "corrections" in config["weights"]:
        if arguments.corrections is None:
            raise SystemExit(f"{arguments.config.name} learns from corrections: name an export of them")
        taught = corrections.load(arguments.corrections)
        named["corrections"], config["exports"] = taught, [taught.export]
    mixed = [(named[name], weight) for name, weight in config["weights"].items()]
    return Mixture(mixed, config["columns"], config["seed"]), held_out


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--corrections", type=Path, help="a folder of `manage.py export_corrections`")
    parser.add_argument("--minutes", type=float, help="how long to train in all; overrules CONFIG")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    return parser.parse_args()


def main() -> None:
    """Read the command line, build the sources, train."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    config = configuration(arguments.config)
    interrupt = Interrupt()
    tell(f"Reading {arguments.data}.")
    mixture, held_out = build(config, arguments)
    arguments.run.mkdir(parents=True, exist_ok=True)
    run = Run(config, arguments.run, Place.here(), arguments.minutes)
    tell(f"{_outset(run)} The first samples are being drawn.")
    train(run, stream(mixture, run.progress.position, run.place.workers), held_out, interrupt)


if __name__ == "__main__":
    main()
