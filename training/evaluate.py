"""Reads a set in process and scores it: `python -m training.evaluate DATA`; ends with one line of JSON.

DATA is ink (`.jsonl.gz`) or a folder of pictures with `labels.tsv` (`file<TAB>text`).
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from zipfile import BadZipFile

import torch
from tqdm import tqdm

from crnn import ink, picture
from crnn.checkpoint import Checkpoint
from crnn.recogniser import DECODERS, Decoder, Recogniser
from crnn.strip import Strip
from training import archive_files
from training.metrics import score

_CHUNK = 128


@dataclass(frozen=True)
class Item:
    """Something to read and what is written on it; None where it is refused."""

    strip: Strip | None
    text: str


def items(data: Path) -> Iterator[Item]:
    """Prepare the items of a set one by one; SystemExit where `data` is neither form."""
    if data.is_dir() and (data / "labels.tsv").is_file():
        return _pictures(data)
    if data.is_file() and data.name.endswith((".jsonl.gz", ".jsonl")):
        return _ink(data)
    raise SystemExit(f"{data}: neither a .jsonl.gz of ink nor a folder with labels.tsv")


def _ink(path: Path) -> Iterator[Item]:
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _item_of_ink(f"{path}:{number}", line)


def _item_of_ink(name: str, line: str) -> Item:
    try:
        item = json.loads(line)
        strokes, text = item["strokes"], str(item["text"])
    except (ValueError, LookupError, TypeError) as error:
        raise SystemExit(f'{name}: not an item of ink, {{"text": …, "strokes": …}}') from error
    return Item(_strip_of_ink(strokes), text)


def _strip_of_ink(strokes: Any) -> Strip | None:
    try:
        return ink.draw(ink.parse(strokes))
    except ValueError:
        return None


def _pictures(folder: Path) -> Iterator[Item]:
    for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines():
        if line.strip():
            name, _, text = line.partition("\t")
            yield Item(_strip_of_picture(folder / name), text)


def _strip_of_picture(path: Path) -> Strip | None:
    try:
        return picture.read(path.read_bytes())
    except (ValueError, OSError) as refusal:
        print(f"{path}: {refusal}", file=sys.stderr)  # noqa: T201
        return None


def read(recogniser: Recogniser, chosen: Sequence[Item], decoder: Decoder) -> list[str]:
    """Read items; what is refused is read empty."""
    readings = iter(recogniser.read([item.strip for item in chosen if item.strip is not None], decoder))
    return ["" if item.strip is None else next(readings).text for item in chosen]


def evaluate(recogniser: Recogniser, chosen: Iterable[Item], decoder: Decoder) -> dict[str, float]:
    """Score items: `cer`, `wer`, `exact`, `n` and `ms_per_item`, preparing and reading together.

    ValueError where there is no text among them to compare with.
    """
    written: list[str] = []
    texts: list[str] = []
    begun = time.perf_counter()
    waiting = iter(tqdm(chosen, unit="item", mininterval=2))
    while chunk := list(islice(waiting, _CHUNK)):
        texts += read(recogniser, chunk, decoder)
        written += [item.text for item in chunk]
    milliseconds = (time.perf_counter() - begun) * 1000
    return asdict(score(written, texts)) | {"ms_per_item": round(milliseconds / len(written), 3)}


def _load(model: Path, scratch: Path) -> Checkpoint:
    try:
        return archive_files.load(model, scratch)
    except (OSError, BadZipFile, KeyError, UnpicklingError) as error:
        raise SystemExit(f"{model}: neither an archive nor a checkpoint") from error


def main() -> None:
    """Read the command line, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--model", type=Path, help="an archive or a checkpoint; the newest archive by default"
    )
    parser.add_argument("--decoder", choices=DECODERS, default="beam")
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        checkpoint = _load(arguments.model or archive_files.newest(), Path(scratch))
    chosen = islice(items(arguments.data), arguments.limit)
    try:
        scores = evaluate(Recogniser(checkpoint), chosen, arguments.decoder)
    except ValueError as error:
        raise SystemExit(f"{arguments.data}: {error}") from error
    print(json.dumps(scores))  # noqa: T201


if __name__ == "__main__":
    main()
