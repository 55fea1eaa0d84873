"""The sets that every release is scored on: they choose nothing, and a release is held to them."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from crnn.reader import DECODERS, Decoder
from crnn.recogniser import Recogniser
from training import archive_files, sets
from training.evaluate import evaluate
from training.report import Subject

REPORTED = {
    "unipen/words-dev": "words, writers not seen in training",
    "unipen/characters-dev": "single characters, writers not seen in training",
    "iam-ondb/lines-dev": "lines on a whiteboard; nothing of IAM-OnDB was trained on",
    "copiste": "French lines cut from scanned pages, every tenth copy, not trained on",
}

Scored = Mapping[str, Mapping[Decoder, Mapping[str, Any]]]
"""For each set and decoder what `report.Report.scores` gives."""


def scores(recogniser: Recogniser, data: Path, names: Iterable[str] = REPORTED) -> Scored:
    """Score reported sets with each decoder."""
    chosen = {name: list(sets.items(_path(data, name))) for name in names}
    return {
        name: {
            decoder: evaluate(recogniser, items, Subject(name, "crnn", decoder), decoder).scores()
            for decoder in DECODERS
        }
        for name, items in chosen.items()
    }


def fingerprints(data: Path) -> dict[str, str]:
    """A hash of each reported set, the same as long as its files are."""
    return {name: _fingerprint(_path(data, name)) for name in REPORTED}


def _path(data: Path, name: str) -> Path:
    return data / name if name == "copiste" else data / f"{name}.jsonl.gz"


def _fingerprint(path: Path) -> str:
    if path.is_file():
        return archive_files.sha256(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    lines = (f"{archive_files.sha256(file)}  {file.relative_to(path).as_posix()}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
