"""Trains a network: `python -m training.train CONFIG DATA RUN`; after Ctrl-C the same command goes on.

A configuration that gives the source `corrections` a weight learns from an export of them, too (CORRECTIONS).
"""

import argparse
import csv
import signal
import time
from collections.abc import Iterator
from multiprocessing import parent_process
from pathlib import Path
from types import FrameType
from typing import Any, Never

import torch
from tqdm import tqdm

from training import corrections, curves, one_look, recipe, sources
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
        if not self.asked and parent_process() is None:  # workers have these handlers, too
            tell("\nInterrupted: this ends after the step, and saves.")
        self.asked = True


def train(
    run: Run, batches: Iterator[tuple[Batch, Position]], held_out: sources.HeldOut, interrupt: Interrupt
) -> None:
    """Train until the minutes are spent or an interrupt; save, evaluate and log on the way."""
    budget = 60.0 * run.config["minutes"]
    begun, before = time.monotonic(), run.progress.seconds
    saved, evaluated = begun, begun
    bar = tqdm(total=round(budget), initial=round(before), unit="s", mininterval=20)
    while run.progress.seconds < budget and not interrupt.asked:
        run.step(*next(batches))
        now = time.monotonic()
        run.progress.seconds = before + now - begun
        _show(bar, run)
        if now - evaluated > _EVALUATE_EVERY:
            report(run, held_out)
            saved = evaluated = time.monotonic()
        elif now - saved > _SAVE_EVERY:
            run.save()
            saved = now
    bar.close()
    run.save()  # the report takes a minute, in which what was learnt must not be lost
    if run.progress.step != run.progress.reported and not interrupt.asked:
        report(run, held_out)


def _outset(run: Run) -> str:
    """Say where a run begins, or goes on from, and how long it takes."""
    step, minutes = run.progress.step, run.config["minutes"]
    if step:
        return f"Going on from step {step}: {run.progress.seconds / 60:.0f} of {minutes:g} minutes are over."
    start = f"with the weights of {Path(run.config['start']).name}" if "start" in run.config else "anew"
    return f"Beginning {start}, for {minutes:g} minutes."


def _show(bar: "tqdm[Never]", run: Run) -> None:
    """The bar counts the seconds of the budget; beside them the rate at which samples are learnt from."""
    done = run.progress
    rate = done.samples / max(done.seconds, 1e-9)
    bar.set_postfix(step=done.step, samples_a_second=f"{rate:.0f}", loss=f"{done.loss:.3f}", refresh=False)
    bar.update(round(done.seconds) - bar.n)


def report(run: Run, held_out: sources.HeldOut) -> None:
    """Log the held-out CER, draw the curves, keep the best checkpoint, or the last by `keep`, and save."""
    checkpoint = run.checkpoint()
    cer = one_look.held_out_cer(checkpoint, held_out)
    done = run.progress
    rate = f"{run.learning_rate():.2e}"
    row = (done.step, done.samples, round(done.seconds), rate, f"{done.loss:.4f}", f"{cer:.4f}")
    log = run.folder / LOG
    fresh = not log.exists()
    with log.open("a", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, row] if fresh else [row])
    curves.draw(log, run.folder / "curves.png")
    if cer < done.best or run.config.get("keep") == "last":
        done.best = cer
        checkpoint.save(run.folder / "best.pt")
    done.reported = done.step
    run.save()  # or a run taken up again would take a worse checkpoint for the best


def build(config: dict[str, Any], arguments: argparse.Namespace) -> tuple[Mixture, sources.HeldOut]:
    """Build the sources that a configuration weighs; it takes in the id of the export that is learnt from."""
    cache = arguments.run.parent / "cache"
    taught = _taught(config, arguments)
    weigh = (
        Importance(Path(config["start"]), **config["importance"]).weights if "importance" in config else None
    )
    named, held_out = sources.build(arguments.data, cache, weigh)
    if config.get("benchmark"):
        more, held_out = sources.benchmark(arguments.data, cache)
        named |= more
    named |= taught
    mixed = [(named[name], weight) for name, weight in config["weights"].items()]
    return Mixture(mixed, config["columns"], config["seed"]), held_out


def _taught(config: dict[str, Any], arguments: argparse.Namespace) -> dict[str, Source]:
    """The export that is learnt from, where a configuration asks for one."""
    if "corrections" not in config["weights"]:
        return {}
    if arguments.corrections is None:
        raise SystemExit(f"{arguments.config.name} learns from corrections: name an export of them")
    taught = corrections.load(arguments.corrections)
    config["exports"] = [taught.export]
    return {"corrections": taught}


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
    config = recipe.read(arguments.config)
    tell(f"Reading {arguments.data}.")
    try:
        mixture, held_out = build(config, arguments)
    except KeyboardInterrupt:
        raise SystemExit("\nEnded before anything was learnt.") from None
    interrupt = Interrupt()
    arguments.run.mkdir(parents=True, exist_ok=True)
    run = Run(config, arguments.run, Place.here(), arguments.minutes)
    tell(f"{_outset(run)} The first samples are being drawn.")
    train(run, stream(mixture, run.progress.position, run.place.workers), held_out, interrupt)


if __name__ == "__main__":
    main()
