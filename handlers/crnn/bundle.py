"""The inside of an archive: a folder that holds a network twice, the languages, and the habits of reading.

crnn.onnx is what serves; crnn.pt is the reference, and stands in where the other cannot be used. The oldest
archives hold crnn.pt alone. PyTorch is imported where it answers and nowhere else.
"""

import importlib.util
import logging
from pathlib import Path
from typing import Literal

from crnn import language
from crnn.alphabet import Alphabet
from crnn.reader import Habits, Reader
from crnn.recogniser import Recogniser

Choice = Literal["auto", "onnx", "torch"]
CHOICES: tuple[Choice, ...] = ("auto", "onnx", "torch")

WEIGHTS = "crnn.pt"
OPTIMISED = "crnn.onnx"
LANGUAGE = "language.npz"
HABITS = "habits.json"
FILES = (WEIGHTS, OPTIMISED, LANGUAGE, HABITS)

_log = logging.getLogger(__name__)


class EngineError(Exception):
    """The engine that was asked for cannot be had here."""


def load(folder: Path, engine: Choice = "auto") -> Recogniser:
    """Make a recogniser of a bundle.

    `auto` takes the optimised network where it can be used, otherwise PyTorch; EngineError where `onnx` was
    asked for and cannot be used.
    """
    if engine == "torch":
        return _by_torch(folder)
    try:
        return _by_onnx(folder)
    except EngineError as error:
        if engine == "onnx":
            raise
        _log.warning("%s: PyTorch stands in", error)
    return _by_torch(folder)


def reader(folder: Path, alphabet: Alphabet) -> Reader:
    """Make a reader with the languages and the habits of a folder, either of which may be missing."""
    habits, languages = folder / HABITS, folder / LANGUAGE
    return Reader(
        alphabet,
        Habits.load(habits) if habits.exists() else None,
        language.load(languages, alphabet) if languages.exists() else None,
    )


def _by_onnx(folder: Path) -> Recogniser:
    if not (folder / OPTIMISED).exists():
        raise EngineError(f"{OPTIMISED} is missing")
    if importlib.util.find_spec("onnxruntime") is None:
        raise EngineError("onnxruntime is not installed")
    try:
        from crnn.optimised import OnnxEngine

        engine = OnnxEngine(folder / OPTIMISED)
    except Exception as error:  # onnxruntime's errors have nothing else in common
        raise EngineError(f"{OPTIMISED} cannot be used ({type(error).__name__})") from error
    return Recogniser(engine, reader(folder, engine.alphabet))


def _by_torch(folder: Path) -> Recogniser:
    from crnn.checkpoint import Checkpoint
    from crnn.reference import TorchEngine

    checkpoint = Checkpoint.load(folder / WEIGHTS)
    return Recogniser(TorchEngine(checkpoint), reader(folder, checkpoint.alphabet))
