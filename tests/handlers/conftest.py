"""Networks for the tests: a small one of random weights, and one that says what it is told."""

import pytest
import torch
from torch import nn

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, STRIDE, Architecture
from crnn.recogniser import Recogniser

SMALL = {"channels": (6, 8, 8, 10, 12), "hidden": 12, "layers": 1}


@pytest.fixture(scope="session")
def checkpoint():
    """A network that was never trained, and so reads anything; the same at each run."""
    torch.manual_seed(3)
    network = CRNN(Architecture(classes=len(Alphabet()), **SMALL))
    nn.init.normal_(network.head.weight, std=2.0)
    return Checkpoint(network.eval(), Alphabet(), {"config": {"seed": 3}})


@pytest.fixture(scope="session")
def recogniser(checkpoint):
    return Recogniser(checkpoint)


class Parrot(nn.Module):
    """Says the same of every strip: at each step the classes given, of about the probabilities given."""

    def __init__(self, steps: list[dict[str, float]], alphabet: Alphabet) -> None:
        super().__init__()
        self.steps = steps
        self.alphabet = alphabet

    def forward(self, strips: torch.Tensor) -> torch.Tensor:
        """(batch, 1, height, width) -> (steps, batch, classes); what is not told is blank."""
        likely = torch.full((strips.shape[3] // STRIDE, strips.shape[0], len(self.alphabet)), 1e-7)
        likely[:, :, 0] = 1.0
        for step, chances in enumerate(self.steps):
            for character, chance in chances.items():
                likely[step, :, self.alphabet.encode(character)[0]] = chance
            likely[step, :, 0] = max(1e-7, 1 - sum(chances.values()))
        return (likely / likely.sum(dim=2, keepdim=True)).log()


@pytest.fixture
def saying():
    """Give a recogniser that says these steps of every strip."""
    return lambda *steps: Recogniser(Checkpoint(Parrot(list(steps), Alphabet()), Alphabet()))
