"""The network as it is taught: a CRNN with a second answer that training alone needs, and its loss.

A strip may be read twice, each time with other columns hidden, and the readings drawn towards each other:
after Yao et al., "CR-CTC: Consistency Regularization on CTC for Improved Speech Recognition" (2024). The
columns are hidden behind the convolutions, so that these, which take most of the time, run once.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from crnn.network import CRNN, Architecture, steps_of
from training.mixture import Batch
from training.muon import Muon
from training.place import Place

_WIDEST_MASK = 6
"""Columns of features, about half of a letter."""


@dataclass(frozen=True)
class Aims:
    """What a loss consists of, beside the CTC loss of the answer."""

    shortcut: float = 0.0
    """Weight of the CTC loss right after the convolutions."""
    agreement: float = 0.0
    """Weight of the divergence between two readings of the same strip; 0: it is read once."""
    masked: float = 0.0
    """Share of the columns of features that are hidden from the LSTM, roughly."""


class Trainee(nn.Module):
    """A CRNN with a second CTC layer right after its convolutions, which teaches them faster."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.crnn = CRNN(architecture)
        self.shortcut = nn.Linear(architecture.channels[-1], architecture.classes)

    def forward(self, strips: Tensor, readings: int = 1, masked: float = 0.0) -> tuple[Tensor, Tensor]:
        """(batch, planes, height, width) -> log probabilities of both ends.

        The answer's are (steps, readings x batch, classes), one reading of all strips after the other; the
        shortcut's are (steps, batch, classes).
        """
        features = self.crnn.features(strips)
        early: Tensor = self.shortcut(features.permute(2, 0, 1))
        read = torch.cat([mask(features, masked) for _ in range(readings)])
        return self.crnn.sequence(read).float().log_softmax(2), early.float().log_softmax(2)


def mask(features: Tensor, share: float) -> Tensor:
    """(batch, feature, steps), with nothing in some runs of steps."""
    if not share:
        return features
    batch, _, steps = features.shape
    starts = torch.rand(batch, steps, device=features.device) < 2 * share / (1 + _WIDEST_MASK)
    widths = torch.randint(1, _WIDEST_MASK + 1, (batch, steps), device=features.device)
    here = torch.arange(steps, device=features.device)
    hidden_until = torch.where(starts, here + widths, 0).cummax(1).values
    return features * (hidden_until <= here).unsqueeze(1)


def loss_of(trainee: Trainee, batch: Batch, aims: Aims, place: Place) -> Tensor:
    """CTC loss a character, of the answer and, weighted, what else is aimed at."""
    planes = trainee.crnn.architecture.planes
    strips = batch.strips[:, :planes].to(place.device, non_blocking=True).float().div(255)
    readings = 2 if aims.agreement else 1
    short = place.precision != torch.float32
    with torch.autocast(place.device.type, place.precision, enabled=short):
        answer, early = trainee(strips.to(memory_format=torch.channels_last), readings, aims.masked)
    lengths = torch.tensor([min(steps_of(int(width)), answer.shape[0]) for width in batch.widths])
    targets = batch.targets.to(place.device), lengths, batch.target_lengths
    loss = _ctc(answer, *(each.repeat(readings) for each in targets))
    if aims.shortcut:
        loss = loss + aims.shortcut * _ctc(early, *targets)
    if aims.agreement:
        apart = _divergence(answer, lengths.to(place.device))
        loss = loss + aims.agreement * (apart / batch.target_lengths.to(place.device)).mean()
    return loss


def _ctc(answer: Tensor, targets: Tensor, lengths: Tensor, target_lengths: Tensor) -> Tensor:
    """CTC loss a character, of which a text that is too long for its strip has none."""
    return nn.functional.ctc_loss(answer, targets, lengths, target_lengths, zero_infinity=True)


def _divergence(answer: Tensor, lengths: Tensor) -> Tensor:
    """How far apart two readings are: (steps, 2 x batch, classes), (batch,) -> (batch,), nats.

    The Kullback-Leibler divergence, in both directions, halved; each reading is drawn to the other as it is.
    """
    one, other = answer.chunk(2, dim=1)
    apart = sum(
        nn.functional.kl_div(follows, leads.detach(), reduction="none", log_target=True).sum(2)
        for follows, leads in ((one, other), (other, one))
    )
    written = torch.arange(len(answer), device=answer.device).unsqueeze(1) < lengths
    divergence: Tensor = (apart * written).sum(0) / 2
    return divergence


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
