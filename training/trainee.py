"""The network as it is taught: a CRNN with a second answer that training alone needs, and its loss."""

import torch
from torch import Tensor, nn

from crnn.network import CRNN, Architecture, steps_of
from training.mixture import Batch
from training.muon import Muon
from training.place import Place


class Trainee(nn.Module):
    """A CRNN with a second CTC layer right after its convolutions, which teaches them faster."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.crnn = CRNN(architecture)
        self.shortcut = nn.Linear(architecture.channels[-1], architecture.classes)

    def forward(self, strips: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, planes, height, width) -> log probabilities of both ends, each (steps, batch, classes)."""
        features = self.crnn.features(strips)
        early: Tensor = self.shortcut(features.permute(2, 0, 1))
        return self.crnn.sequence(features).float().log_softmax(2), early.float().log_softmax(2)


def loss_of(trainee: Trainee, batch: Batch, shortcut: float, place: Place) -> Tensor:
    """CTC loss a character, of the answer and, weighted, of the shortcut."""
    planes = trainee.crnn.architecture.planes
    strips = batch.strips[:, :planes].to(place.device, non_blocking=True).float().div(255)
    short = place.precision != torch.float32
    with torch.autocast(place.device.type, place.precision, enabled=short):
        answer, early = trainee(strips.to(memory_format=torch.channels_last))
    lengths = torch.tensor([min(steps_of(int(width)), answer.shape[0]) for width in batch.widths])
    targets = batch.targets.to(place.device)
    ends = [
        nn.functional.ctc_loss(end, targets, lengths, batch.target_lengths, zero_infinity=True)
        for end in (answer, early)
    ]
    return ends[0] + shortcut * ends[1]


def optimisers(trainee: Trainee, rate: float, weight_decay: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices within the network, AdamW for its first and last layers and for vectors."""
    first = next(trainee.crnn.features.parameters())
    last = [*trainee.crnn.head.parameters(), *trainee.shortcut.parameters()]
    ends = {id(weight) for weight in [first, *last]}
    inner = [w for w in trainee.parameters() if w.ndim > 1 and id(w) not in ends]
    others = [w for w in trainee.parameters() if w.ndim == 1 or id(w) in ends]
    return [
        Muon(inner, rate, weight_decay=weight_decay),
        torch.optim.AdamW(others, rate, weight_decay=weight_decay),
    ]
