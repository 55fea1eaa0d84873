"""Small runs to learn with: a configuration, a place, and what may be compared of a run."""

from pathlib import Path

import torch

from crnn import ink
from tests import handwriting
from training.place import Place
from training.run import Run
from training.samples import Sample

WORDS = ["hello", "world", "tall", "hid"]
CONFIG = {
    "seed": 1,
    "minutes": 60,
    "columns": 4000,
    "learning_rate": 5e-3,
    "weight_decay": 0.0,
    "warm_up": 5,
    "fall": 1.0,
    "shortcut": 0.2,
    "average": 0.8,
    "network": {"planes": 4, "channels": [8, 8, 12, 16, 24], "hidden": 24, "layers": 1, "dropout": 0.0},
    "weights": {"words": 1.0},
}
PLACE = Place(torch.device("cpu"), torch.float32, workers=1)


def samples() -> list[Sample]:
    return [Sample.of(ink.draw(ink.parse(handwriting.ink(word))), word) for word in WORDS]


def run_in(folder: Path, **changed: object) -> Run:
    """A run in a folder, which is made where it is missing."""
    folder.mkdir(exist_ok=True)
    return Run(CONFIG | changed, folder, PLACE)


def dropping(share: float) -> dict[str, object]:
    """The change of the configuration that drops out this share."""
    return {"network": CONFIG["network"] | {"dropout": share}}  # type: ignore[operator]


def state_of(run: Run) -> list[torch.Tensor]:
    """All weights and averages of a run, to compare."""
    return [*run.trainee.state_dict().values(), *run.average.state_dict().values()]


def same(one: Run, two: Run) -> bool:
    """Tell whether two runs have the same weights and averages, to the bit."""
    return all(map(torch.equal, state_of(one), state_of(two)))
