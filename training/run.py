"""A training run in a folder: network, average, optimisers, place in the stream; saved and taken up again."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import Architecture
from training import archive_files
from training.mixture import Batch
from training.place import Place
from training.stream import Position
from training.trainee import Aims, Trainee, loss_of, optimisers

_CLIP = 2.0
_SMOOTH = 0.98

Weights = Mapping[str, torch.Tensor]


@dataclass
class Progress:
    """How far a run has come."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    best: float = math.inf
    """The lowest held-out CER so far."""
    loss: float = math.nan
    """The loss of late, smoothed; unknown before the first step."""
    reported: int = 0
    """The step that was reported last."""
    position: Position = field(default_factory=Position)

    def note(self, loss: float) -> None:
        """Take in the loss of a step."""
        self.loss = loss if math.isnan(self.loss) else _SMOOTH * self.loss + (1 - _SMOOTH) * loss


class Run:
    """One training run; everything that its next step depends on is in its folder after `save`."""

    def __init__(
        self, config: dict[str, Any], folder: Path, place: Place, minutes: float | None = None
    ) -> None:
        """Build the network and its optimisers, and take up the folder's state where there is one.

        `minutes` overrules the configuration's; where that names weights to start from (`start`), a new
        run begins with them, inherits the exports that they learnt from, and has their network but for what
        the configuration says of it.
        """
        torch.manual_seed(config["seed"])
        self.config = config | {"minutes": minutes or config["minutes"]}
        self.aims = Aims(**{aim.name: config[aim.name] for aim in fields(Aims) if aim.name in config})
        self.exports = set(config.get("exports", []))
        self.folder = folder
        self.place = place
        self._state = folder / "state.pt"
        saved = self._saved()
        start = archive_files.load(Path(config["start"])) if "start" in config and saved is None else None
        known = asdict(start.network.architecture) if start else {}
        network = saved["network"] if saved else known | config.get("network", {})
        self.trainee = Trainee(_architecture(network)).to(place.device)
        self.trainee.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if start:
            self._begin_with(start)
        self.optimisers = optimisers(self.trainee, config["learning_rate"], config["weight_decay"])
        self.average = AveragedModel(
            self.trainee, multi_avg_fn=_averaging(config["average"]), use_buffers=True
        )
        self.progress = Progress()
        if saved:
            self._resume(saved)

    def _saved(self) -> dict[str, Any] | None:
        if not self._state.exists():
            return None
        saved: dict[str, Any] = torch.load(self._state, weights_only=True, map_location=self.place.device)
        return saved

    def _begin_with(self, checkpoint: Checkpoint) -> None:
        crnn = self.trainee.crnn
        crnn.load_state_dict(_grown(checkpoint.network.state_dict(), crnn.state_dict()))
        if checkpoint.shortcut:
            shortcut = self.trainee.shortcut
            shortcut.load_state_dict(_grown(checkpoint.shortcut, shortcut.state_dict()))
        self.exports.update(checkpoint.notes.get("exports", []))

    def _resume(self, state: dict[str, Any]) -> None:
        self.trainee.load_state_dict(state["trainee"])
        self.average.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        position = Position(**state["progress"].pop("position"))
        self.progress = Progress(**state["progress"], position=position)
        _take_up_chance(state, self.place.device)
        self.exports.update(state.get("exports", []))
        if "start" in state:
            self.config["start"] = state["start"]

    def save(self) -> None:
        """Write the state to go on from, whole or not at all."""
        unfinished = self._state.with_suffix(".part")
        state = {
            "network": asdict(self.trainee.crnn.architecture),
            "trainee": self.trainee.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "progress": asdict(self.progress),
            "exports": sorted(self.exports),
            **_chance(self.place.device),
            **{key: self.config[key] for key in ("start",) if key in self.config},
        }
        torch.save(state, unfinished)
        unfinished.replace(self._state)

    def step(self, batch: Batch, after: Position) -> float:
        """Learn from one batch, after which the stream is at `after`; return its loss."""
        for optimiser in self.optimisers:
            optimiser.zero_grad()
            for group in optimiser.param_groups:
                group["lr"] = self.learning_rate()
        loss = loss_of(self.trainee, batch, self.aims, self.place)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.trainee.parameters(), _CLIP)
        for optimiser in self.optimisers:
            optimiser.step()
        self.average.update_parameters(self.trainee)
        self.progress.step += 1
        self.progress.samples += len(batch.widths)
        self.progress.position = after
        scalar = float(loss.detach())
        self.progress.note(scalar)
        return scalar

    def learning_rate(self) -> float:
        """Linear warm-up by steps, flat, then a straight fall to nothing over the last `fall` of the time."""
        left = max(0.0, 1 - self.progress.seconds / (60 * self.config["minutes"]))
        warm = min(1.0, (self.progress.step + 1) / self.config["warm_up"])
        return float(self.config["learning_rate"] * warm * min(1.0, left / self.config["fall"]))

    def checkpoint(self) -> Checkpoint:
        """The moving average of the weights, ready to read; with the shortcut where it was taught."""
        average = cast(Trainee, self.average.module)
        notes = {
            "config": self.config,
            "steps": self.progress.step,
            "samples": self.progress.samples,
            "minutes": self.progress.seconds / 60,
            "exports": sorted(self.exports),
        }
        shortcut = average.shortcut.state_dict() if self.aims.shortcut else {}
        return Checkpoint(average.crnn.eval(), Alphabet(), notes, shortcut)


def _chance(device: torch.device) -> Weights:
    """The state of the generators that a step draws from, the processor's and the GPU's."""
    state = {"chance": torch.get_rng_state()}
    return state | ({"cuda_chance": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def _take_up_chance(state: Mapping[str, Any], device: torch.device) -> None:
    """Draw on from a state; one that was saved on a processor, or has long been, knows of no GPU."""
    torch.set_rng_state(state["chance"].cpu())
    if device.type == "cuda" and "cuda_chance" in state:
        torch.cuda.set_rng_state(state["cuda_chance"].cpu(), device)


def _grown(known: Weights, fresh: Weights) -> Weights:
    """Weights laid into those of a larger network, which answers the same at first.

    It may have more planes, filters and refinements: what is new is as in `fresh`, and what was there does
    not listen to it yet.
    """
    grown = dict(fresh)
    for name, narrow in known.items():
        wider = fresh[name].clone()
        if wider.ndim > 1:
            wider[: narrow.shape[0], narrow.shape[1] :] = 0
        wider[tuple(slice(size) for size in narrow.shape)] = narrow
        grown[name] = wider
    return grown


def _averaging(decay: float) -> Callable[..., None]:
    """A moving average that forgets where it began: after n steps it is over n / 2 of them at most."""

    def update(averages: Any, current: Any, count: Any) -> None:
        fading = min(decay, (1 + float(count)) / (3 + float(count)))
        get_ema_multi_avg_fn(fading)(averages, current, count)  # type: ignore[no-untyped-call]

    return update


def _architecture(network: dict[str, Any]) -> Architecture:
    return Architecture(**network | {"classes": len(Alphabet()), "channels": tuple(network["channels"])})
