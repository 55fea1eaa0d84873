"""A set of words, phrases, and chance."""

import numpy as np
import pytest
import torch

from tests.training.sets import item, write_set
from training import ink_store
from training.phrases import Phrases

WORDS = ["hello", "world", "held", "tall", "hill", "tide", "lord", "area", "with", "late"]


@pytest.fixture(scope="session")
def words(tmp_path_factory):
    """A store of ten words by each of 30 writers."""
    path = tmp_path_factory.mktemp("ink") / "words.jsonl.gz"
    write_set(path, [item(word, f"writer-{number:02}") for number in range(30) for word in WORDS])
    return ink_store.parse(path)


@pytest.fixture
def phrases():
    return Phrases(["hello", "World's", "tall"], ["the tide is late here"], ["l'été à la forêt"])


@pytest.fixture
def random():
    return np.random.default_rng(5)


@pytest.fixture
def one_thread():
    """What is learnt to the bit is learnt on one thread, and so are tiny networks fastest."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
