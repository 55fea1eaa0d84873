"""How a network alone reads: best path, one look. Chooses checkpoints, and the form of it that serves."""

from collections.abc import Sequence

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.decode import best_path
from crnn.engine import Engine
from crnn.reader import Reader
from crnn.recogniser import Recogniser
from crnn.reference import TorchEngine
from training import metrics, sources
from training.samples import Sample

_HELD_OUT_ITEMS = 3000


def held_out_cer(checkpoint: Checkpoint, held_out: sources.HeldOut) -> float:
    """CER of a checkpoint on a fixed sample of held-out items."""
    every = max(1, len(held_out.indices) // _HELD_OUT_ITEMS)
    drawn = sources.samples(held_out.store, held_out.indices[::every])
    return cer(TorchEngine(checkpoint), checkpoint.alphabet, drawn)


def cer(engine: Engine, alphabet: Alphabet, samples: Sequence[Sample]) -> float:
    """CER of what is read against the samples' texts; ValueError where nothing is written on them."""
    answers = Recogniser(engine, Reader(alphabet)).log_probabilities(samples)
    read = [alphabet.decode(best_path(steps)) for steps in answers]
    return metrics.score([sample.text for sample in samples], read).cer
