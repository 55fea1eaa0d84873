"""The recogniser without a server: by PyTorch and optimised, in one thread and in several processes."""

import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Literal

import torch

from crnn import bundle
from crnn.checkpoint import Checkpoint
from crnn.optimised import OnnxEngine
from crnn.reader import DECODERS
from crnn.recogniser import Recogniser, stack
from crnn.reference import TorchEngine
from local.benchmark import reader_process
from local.benchmark.measurement import SLOW, USUAL, Entry, Figure, Missing, Row, measure, milliseconds
from local.benchmark.specimen import LINE, WORD, draw, read

Engine = Literal["torch", "onnx"]
ENGINES: tuple[Engine, ...] = ("torch", "onnx")

_TITLES: dict[Engine, str] = {"torch": "eager PyTorch", "onnx": "optimised, ONNX Runtime"}
_ALONE = "network alone, 48 x 192"
_BATCH = 32


def rows(folder: Path, processes: int, usual: int = USUAL, slow: int = SLOW) -> Iterator[Entry]:
    """All that a bundle's folder gives."""
    for engine in ENGINES:
        try:
            recogniser = bundle.load(folder, engine)
        except bundle.EngineError as error:
            carried = (folder / bundle.OPTIMISED).exists()
            yield Missing(
                _TITLES[engine], str(error) if carried else f"this archive has no {bundle.OPTIMISED}"
            )
            continue
        yield from _by(recogniser, engine, usual, slow)
        yield from _crowd(folder, engine, processes, usual)
        if engine == "onnx":
            yield from _faster(folder, usual)
    yield from _decoders(folder, usual)


def _by(recogniser: Recogniser, engine: Engine, usual: int, slow: int) -> Iterator[Row]:
    strip = draw(WORD)
    batch = [strip] * _BATCH
    title = _TITLES[engine]
    yield measure(f"{title}: {_ALONE}", lambda: recogniser.log_probabilities([strip]), count=usual)
    yield measure(f"{title}: a word", lambda: read(recogniser, WORD), count=usual)
    yield measure(f"{title}: a line", lambda: read(recogniser, LINE), count=slow)
    several = f"{title}: {_BATCH} words at once"
    yield measure(several, lambda: recogniser.read(batch), count=max(1, slow // 3), each=_BATCH)


def _crowd(folder: Path, engine: Engine, processes: int, usual: int) -> Iterator[Entry]:
    """Processes of nothing else, so that their memory is the engine's and the recogniser's."""
    report = reader_process.together(folder, engine, processes, usual)
    yield Row.of(f"{_TITLES[engine]}: words, processes: {processes}", report.times, report.rate)
    yield Figure(f"{_TITLES[engine]}: peak memory of a process", report.peak, "MB")


def _faster(folder: Path, turns: int) -> Iterator[Figure]:
    """How much faster the optimised network is than PyTorch, as PyTorch comes and as it stands in.

    They take turns, so that what slows one slows the others.
    """
    optimised, stand_in = OnnxEngine(folder / bundle.OPTIMISED), TorchEngine(_checkpoint(folder))
    strips = stack([draw(WORD)], optimised.planes)
    eager = torch.inference_mode()(partial(_checkpoint(folder).network, torch.from_numpy(strips)))
    asked = (eager, partial(stand_in, strips), partial(optimised, strips))
    times = [[milliseconds(ask) for ask in asked] for _ in range(turns)]
    slowest, slow, fast = map(statistics.median, zip(*times, strict=True))
    yield Figure("optimised against eager PyTorch, network alone, by turns", slowest / fast, "times as fast")
    yield Figure("optimised against channels last, the stand-in, by turns", slow / fast, "times as fast")


def _checkpoint(folder: Path) -> Checkpoint:
    return Checkpoint.load(folder / bundle.WEIGHTS)


def _decoders(folder: Path, usual: int) -> Iterator[Row]:
    """What makes a reading of the network's answer for a word."""
    reader = bundle.reader(folder, _checkpoint(folder).alphabet)
    strip = draw(WORD)
    [answer] = bundle.load(folder, "torch").log_probabilities([strip])
    for decoder in DECODERS:
        name = f"decoding alone, {decoder.replace('-', ' ')}: a word"
        yield measure(name, partial(reader.read, strip, answer, decoder), count=usual)
