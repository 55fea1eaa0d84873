"""Bundles of a network that is measured in no time: small, and sure of one letter whatever it is shown."""

import pytest
import torch

from crnn import bundle
from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from training import export


@pytest.fixture(scope="session")
def checkpoint():
    shape = Architecture(classes=len(Alphabet()), channels=(6, 8, 8, 10, 12), hidden=12, layers=1)
    network = CRNN(shape).eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.zero_()[Alphabet().encode("a")] = 20.0
    return Checkpoint(network, Alphabet())


@pytest.fixture(scope="session")
def old_bundle(checkpoint, tmp_path_factory):
    """What the oldest archives hold: no optimised network."""
    folder = tmp_path_factory.mktemp("old-bundle")
    checkpoint.save(folder / bundle.WEIGHTS)
    return folder


@pytest.fixture(scope="session")
def whole_bundle(checkpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    checkpoint.save(folder / bundle.WEIGHTS)
    export.export(checkpoint, folder / bundle.OPTIMISED)
    return folder
