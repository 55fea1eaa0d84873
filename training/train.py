"""Trains a network: `python -m training.train CONFIG DATA RUN`; after Ctrl-C the same command goes on."""

import argparse
import math
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from tqdm import tqdm

from crnn import decode, ink
from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture, steps_of
from training import sources
from training.metrics import score
from training.mixture import Batch, Mixture, pad

_SAVE_EVERY = 120.0
_EVALUATE_EVERY = 600.0
_HELD_OUT_ITEMS = 3000


class Trainee(nn.Module):
    """A CRNN with a second CTC layer right after its convolutions, which teaches them faster."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.crnn = CRNN(architecture)
        self.shortcut = nn.Linear(architecture.channels[-1], architecture.classes)

    def forward(self, strips: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 1, height, width) -> log probabilities of both ends, each (steps, batch, classes)."""
        features = self.crnn.features(strips)
        early: Tensor = self.shortcut(features.permute(2, 0, 1))
        return self.crnn.sequence(features).float().log_softmax(2), early.float().log_softmax(2)


def loss_of(trainee: Trainee, batch: Batch, shortcut: float) -> Tensor:
    """CTC loss a character, of the answer and, weighted, of the shortcut."""
    strips = batch.strips.float().div(255).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        answer, early = trainee(strips)
    lengths = torch.tensor([min(steps_of(int(width)), answer.shape[0]) for width in batch.widths])
    ends = [
        nn.functional.ctc_loss(end, batch.targets, lengths, batch.target_lengths, zero_infinity=True)
        for end in (answer, early)
    ]
    return ends[0] + shortcut * ends[1]


@dataclass
class Progress:
    """How far a run has come; resumed from its checkpoint."""

    step: int = 0
    seconds: float = 0.0
    best: float = math.inf


class Run:
    """One training run in a folder: its state is saved there every two minutes."""

    def __init__(self, config: dict[str, Any], folder: Path) -> None:
        """Build the network and its optimiser, and take up the folder's state where there is one."""
        torch.manual_seed(config["seed"])
        self.config = config
        self.folder = folder
        network = config["network"] | {"channels": tuple(config["network"]["channels"])}
        self.trainee = Trainee(Architecture(classes=len(Alphabet()), **network))
        self.trainee.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.AdamW(
            self.trainee.parameters(), config["learning_rate"], weight_decay=config["weight_decay"]
        )
        moving_average = get_ema_multi_avg_fn(config["average"])  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.trainee, multi_avg_fn=moving_average, use_buffers=True)
        self.progress = Progress()
        self._state = folder / "state.pt"
        if self._state.exists():
            self._resume()

    def _resume(self) -> None:
        state = torch.load(self._state, weights_only=True)
        self.trainee.load_state_dict(state["trainee"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])

    def save(self) -> None:
        """Write the state to go on from, whole or not at all."""
        unfinished = self._state.with_suffix(".part")
        state = {name: getattr(self, name).state_dict() for name in ("trainee", "average", "optimiser")}
        torch.save(state | {"progress": vars(self.progress)}, unfinished)
        unfinished.replace(self._state)

    def step(self, batch: Batch) -> float:
        """Learn from one batch; return its loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        loss = loss_of(self.trainee, batch, self.config["shortcut"])
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.trainee.parameters(), 2.0)
        self.optimiser.step()
        self.average.update_parameters(self.trainee)
        self.progress.step += 1
        return float(loss.detach())

    def learning_rate(self) -> float:
        """Linear warm-up by steps, then a cosine over the minutes of the configuration."""
        done = min(1.0, self.progress.seconds / (60 * self.config["minutes"]))
        warm = min(1.0, (self.progress.step + 1) / self.config["warm_up"])
        return float(self.config["learning_rate"] * warm * 0.5 * (1 + math.cos(math.pi * done)))

    def checkpoint(self) -> Checkpoint:
        """The moving average of the weights, ready to read."""
        network = cast(Trainee, self.average.module).crnn
        notes = {"config": self.config, "steps": self.progress.step, "minutes": self.progress.seconds / 60}
        return Checkpoint(network.eval(), Alphabet(), notes)


def held_out_cer(network: CRNN, held_out: sources.HeldOut) -> float:
    """CER, best path, on a fixed sample of the held-out words."""
    alphabet = Alphabet()
    every = max(1, len(held_out.indices) // _HELD_OUT_ITEMS)
    read, written = [], []
    for index in held_out.indices[::every]:
        strip = pad([ink.draw(held_out.store.strokes(index)).pixels])
        with torch.no_grad():
            answer = network(strip.float().div(255))
        read.append(alphabet.decode(decode.best_path(answer[:, 0].numpy())))
        written.append(str(held_out.store.texts[index]))
    return score(written, read).cer


def train(run: Run, batches: Iterator[Batch], held_out: sources.HeldOut) -> None:
    """Train until the minutes are spent; save, evaluate and log on the way."""
    budget = 60.0 * run.config["minutes"]
    begun, before = time.monotonic(), run.progress.seconds
    saved, evaluated, smooth = begun, begun, 0.0
    bar = tqdm(total=round(budget), initial=round(before), unit="s", mininterval=20)
    while run.progress.seconds < budget:
        loss = run.step(next(batches))
        smooth = 0.98 * smooth + 0.02 * loss if smooth else loss
        now = time.monotonic()
        run.progress.seconds = before + now - begun
        bar.set_postfix(step=run.progress.step, loss=f"{smooth:.3f}", refresh=False)
        bar.update(round(run.progress.seconds) - bar.n)
        if now - saved > _SAVE_EVERY:
            run.save()
            saved = now
        if now - evaluated > _EVALUATE_EVERY:
            report(run, held_out, smooth)
            evaluated = time.monotonic()
    bar.close()
    run.save()
    report(run, held_out, smooth)


def report(run: Run, held_out: sources.HeldOut, loss: float) -> None:
    """Log the held-out CER and keep the best checkpoint."""
    checkpoint = run.checkpoint()
    cer = held_out_cer(checkpoint.network, held_out)
    line = f"{run.progress.step},{run.progress.seconds:.0f},{loss:.4f},{cer:.4f}\n"
    with (run.folder / "log.csv").open("a") as log:
        log.write(line)
    if cer < run.progress.best:
        run.progress.best = cer
        checkpoint.save(run.folder / "best.pt")


def main() -> None:
    """Read the command line, build the sources, train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = tomllib.loads(arguments.config.read_text())
    arguments.run.mkdir(parents=True, exist_ok=True)
    run = Run(config, arguments.run)
    named, held_out = sources.build(arguments.data, arguments.run.parent / "cache")
    mixed = [(named[name], weight) for name, weight in config["weights"].items()]
    mixture = Mixture(mixed, config["columns"], config["seed"], start=run.progress.step)
    loader = DataLoader(mixture, batch_size=None, num_workers=1, prefetch_factor=16)
    train(run, iter(loader), held_out)


if __name__ == "__main__":
    main()
