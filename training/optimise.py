"""Chooses the fastest form of a network that reads held-out words like the reference does."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from crnn.checkpoint import Checkpoint
from crnn.engine import Engine, Strips
from crnn.optimised import OnnxEngine
from crnn.recogniser import stack
from crnn.reference import TorchEngine
from training import export, one_look, sources
from training.samples import Sample

TOLERANCE = 0.001
"""By how much CER may differ from the reference's: 0.1 points."""
_WORDS = 1500
_CALIBRATION = {"words": 150, "lines": 50}
_TIMED = 60
_SEED = 1

Make = Callable[[Path, Sequence[Strips], Path], object]
"""Makes a variant from the network in float32 and strips to calibrate with."""

VARIANTS: dict[str, Make] = {
    "all in int8": export.quantise,
    "all in int8 but the first convolution": partial(export.quantise, spared=1),
    "LSTM in int8": lambda exported, _, path: export.quantise_weights(exported, path),
    "float32": lambda exported, _, path: shutil.copyfile(exported, path),
}
"""From the fastest on."""


class OptimiseError(Exception):
    """No variant reads like the reference."""


@dataclass(frozen=True)
class HeldOut:
    """Words to check with and others to calibrate with, of writers that were not trained on."""

    words: Sequence[Sample]
    calibration: Sequence[Sample]


@dataclass(frozen=True)
class Measured:
    """How an engine reads the words by best path: CER, and the network's milliseconds for one word."""

    cer: float
    milliseconds: float


@dataclass(frozen=True)
class Check:
    """A variant beside the reference."""

    variant: str
    words: int
    found: Measured
    reference: Measured

    @property
    def passed(self) -> bool:
        """Tell whether it reads like the reference."""
        return abs(self.found.cer - self.reference.cer) <= TOLERANCE

    def __str__(self) -> str:
        found, reference = self.found, self.reference
        return (
            f"{self.variant}: CER {found.cer:.2%} against {reference.cer:.2%}, "
            f"{found.milliseconds:.1f} ms against {reference.milliseconds:.1f} ms"
        )


def held_out(data: Path, cache: Path) -> HeldOut:
    """Draw words and lines of the writers that every source leaves out."""
    stores, away = sources.stores(data, cache)
    random = np.random.default_rng(_SEED)
    words, lines = (
        random.permutation(sources.of_writers(store, away)).tolist()
        for store in (stores["words"], stores["lines"])
    )
    spare = words[_WORDS : _WORDS + _CALIBRATION["words"]]
    single = [index for index in lines if sources.is_one_line(stores["lines"], index)]
    calibration = [
        *sources.samples(stores["words"], spare),
        *sources.samples(stores["lines"], single[: _CALIBRATION["lines"]]),
    ]
    return HeldOut(sources.samples(stores["words"], words[:_WORDS]), calibration)


def optimise(checkpoint: Checkpoint, held_out: HeldOut, path: Path) -> Check:
    """Write the first variant that passes to `path` and say how it does; OptimiseError where none does."""
    reference = measure(TorchEngine(checkpoint), checkpoint, held_out.words)
    planes = checkpoint.network.architecture.planes
    calibration = [stack([sample], planes) for sample in held_out.calibration]
    checks = []
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "exported.onnx"
        export.export(checkpoint, exported)
        for variant, make in VARIANTS.items():
            make(exported, calibration, path)
            found = measure(OnnxEngine(path), checkpoint, held_out.words)
            checks.append(Check(variant, len(held_out.words), found, reference))
            if checks[-1].passed:
                return checks[-1]
    path.unlink()
    raise OptimiseError("; ".join(map(str, checks)))


def measure(engine: Engine, checkpoint: Checkpoint, words: Sequence[Sample]) -> Measured:
    """Read words, and time some of them one by one."""
    cer = one_look.cer(engine, checkpoint.alphabet, words)
    return Measured(cer, statistics.median(_milliseconds(engine, sample) for sample in words[:_TIMED]))


def _milliseconds(engine: Engine, sample: Sample) -> float:
    begun = time.perf_counter()
    engine(stack([sample], engine.planes))
    return (time.perf_counter() - begun) * 1000
