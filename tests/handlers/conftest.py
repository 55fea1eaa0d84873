"""Networks for the tests: a small one of random weights, its bundle, and one that says what it is told."""

import numpy as np
import pytest
import torch
from torch import nn

from crnn import bundle
from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.engine import Answers, Strips
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS, Calibration, Habits, Reader
from crnn.recogniser import Recogniser
from crnn.reference import TorchEngine
from crnn.strip import STRIDE
from training import export, language

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
    return Recogniser(TorchEngine(checkpoint), Reader(checkpoint.alphabet))


@pytest.fixture(scope="session")
def bundled(checkpoint, tmp_path_factory):
    """A bundle of the small network, in float32, with languages and habits."""
    folder = tmp_path_factory.mktemp("bundle")
    checkpoint.save(folder / bundle.WEIGHTS)
    export.export(checkpoint, folder / bundle.OPTIMISED)
    text = language.joined(["hello world", "tall tale"], checkpoint.alphabet)
    language.save({"english": language.learn(text, 3)}, folder / bundle.LANGUAGE)
    Habits(0.3, 0.4, dict.fromkeys(DECODERS, Calibration(0.8, -0.1))).save(folder / bundle.HABITS)
    return folder


class Parrot:
    """Answers the same to every strip: at each step the classes given, of about the probabilities given."""

    name = "parrot"
    planes = 1
    together = True

    def __init__(self, steps: list[dict[str, float]], alphabet: Alphabet) -> None:
        self.steps = steps
        self.alphabet = alphabet

    def __call__(self, strips: Strips) -> Answers:
        """(batch, 1, height, width) -> (steps, batch, classes); what is not told is blank."""
        likely = np.full((strips.shape[3] // STRIDE, len(strips), len(self.alphabet)), 1e-7, np.float32)
        likely[:, :, 0] = 1.0
        for step, chances in enumerate(self.steps):
            for character, chance in chances.items():
                likely[step, :, self.alphabet.encode(character)[0]] = chance
            likely[step, :, 0] = max(1e-7, 1 - sum(chances.values()))
        return np.log(likely / likely.sum(axis=2, keepdims=True))


@pytest.fixture
def saying():
    """Give a recogniser that says these steps of every strip."""
    return lambda *steps: Recogniser(Parrot(list(steps), Alphabet()), Reader(Alphabet()))
