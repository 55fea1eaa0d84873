"""The stream of batches that a run learns from, drawn by worker processes and taken up again anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import cv2
import torch
from torch.utils.data import DataLoader

from training.mixture import Batch, Mixture

_POOLS_AHEAD = 2


@dataclass(frozen=True)
class Position:
    """A place in the stream: the pool, and how many of its batches were taken."""

    pool: int = 0
    taken: int = 0


def stream(mixture: Mixture, start: Position, workers: int) -> Iterator[tuple[Batch, Position]]:
    """Yield batches for ever, each with the position after it; the same for any number of workers."""
    loader = DataLoader(
        mixture,
        batch_size=None,
        sampler=count(start.pool),
        num_workers=workers,
        prefetch_factor=_POOLS_AHEAD,
        worker_init_fn=_alone,
        generator=torch.Generator(),  # or it would take a number from the chance of the network's dropout
    )
    taken = start.taken
    for pool, batches in enumerate(loader, start.pool):
        for index, batch in enumerate(batches[taken:], taken + 1):
            yield batch, Position(pool, index)
        taken = 0


def _alone(_: int) -> None:
    """A worker is one of many: it takes one core."""
    torch.set_num_threads(1)
    cv2.setNumThreads(0)
