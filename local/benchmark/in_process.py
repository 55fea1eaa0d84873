"""The recogniser without a server: by PyTorch and optimised, in one thread and in several processes."""

import statistics
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from crnn import bundle
from crnn.checkpoint import Checkpoint
from crnn.reader import DECODERS
from crnn.recogniser import Recogniser
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
    recognisers = []
    for engine in ENGINES:
        try:
            recognisers.append(bundle.load(folder, engine))
        except bundle.EngineError as error:
            carried = (folder / bundle.OPTIMISED).exists()
            yield Missing(
                _TITLES[engine], str(error) if carried else f"this archive has no {bundle.OPTIMISED}"
            )
            continue
        yield from _by(recognisers[-1], engine, usual, slow)
        yield from _crowd(folder, engine, processes, usual)
    if len(recognisers) == len(ENGINES):
        yield _faster(recognisers, usual)
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


def _faster(recognisers: Sequence[Recogniser], turns: int) -> Figure:
    """How much faster the second network is; they take turns, so that what slows one slows the other."""
    strip = draw(WORD)
    times = [
        [milliseconds(partial(recogniser.log_probabilities, [strip])) for recogniser in recognisers]
        for _ in range(turns)
    ]
    slow, fast = map(statistics.median, zip(*times, strict=True))
    return Figure(f"optimised against eager, {_ALONE}, by turns", slow / fast, "times as fast")


def _decoders(folder: Path, usual: int) -> Iterator[Row]:
    """What makes a reading of the network's answer for a word."""
    reader = bundle.reader(folder, Checkpoint.load(folder / bundle.WEIGHTS).alphabet)
    strip = draw(WORD)
    [answer] = bundle.load(folder, "torch").log_probabilities([strip])
    for decoder in DECODERS:
        name = f"decoding alone, {decoder.replace('-', ' ')}: a word"
        yield measure(name, partial(reader.read, strip, answer, decoder), count=usual)
