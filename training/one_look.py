"""How a network alone reads: best path, one look. Chooses checkpoints, and the form of it that serves."""

from collections.abc import Sequence

from crnn.alphabet import Alphabet
from crnn.decode import best_path
from crnn.engine import Engine
from crnn.reader import Reader
from crnn.recogniser import Recogniser
from training import metrics
from training.samples import Sample


def cer(engine: Engine, alphabet: Alphabet, samples: Sequence[Sample]) -> float:
    """CER of what is read against the samples' texts; ValueError where nothing is written on them."""
    answers = Recogniser(engine, Reader(alphabet)).log_probabilities(samples)
    read = [alphabet.decode(best_path(steps)) for steps in answers]
    return metrics.score([sample.text for sample in samples], read).cer
