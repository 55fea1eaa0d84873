"""Sets to be evaluated on: items of ink, pictures, or lines of scanned pages, prepared one by one."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crnn import ink, picture
from crnn.strip import Strip
from training import copiste
from training.progress import tell


@dataclass(frozen=True)
class Item:
    """Something to read, what is written on it, and whose hand it is; no strip where it is refused."""

    strip: Strip | None
    text: str
    writer: str | None = None


def items(data: Path) -> Iterator[Item]:
    """Prepare the items of a set as they are asked for; SystemExit where `data` is no set.

    A set is ink (`.jsonl` or `.jsonl.gz`), a folder of pictures with `labels.tsv`, or one of pages with
    `pages.jsonl`, of which the lines of the held-out copies are taken.
    """
    if (data / "labels.tsv").is_file():
        return _pictures(data)
    if (data / "pages.jsonl").is_file():
        return _lines(data)
    if data.is_file() and data.name.endswith((".jsonl.gz", ".jsonl")):
        return _ink(data)
    raise SystemExit(f"{data}: neither a .jsonl.gz of ink nor a folder with labels.tsv or pages.jsonl")


def name(data: Path) -> str:
    """What a set is called: `unipen/words-dev.jsonl.gz` -> `words-dev`."""
    return data.resolve().name.removesuffix(".gz").removesuffix(".jsonl")


def _ink(path: Path) -> Iterator[Item]:
    open_text = gzip.open if path.suffix == ".gz" else open
    with open_text(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _item_of_ink(f"{path}:{number}", line)


def _item_of_ink(place: str, line: str) -> Item:
    try:
        item = json.loads(line)
        strokes, text, writer = item["strokes"], str(item["text"]), item.get("writer")
    except (ValueError, LookupError, TypeError) as error:
        raise SystemExit(f'{place}: not an item of ink, {{"text": …, "strokes": …}}') from error
    return Item(_strip_of_ink(place, strokes), text, str(writer) if writer else None)


def _strip_of_ink(place: str, strokes: Any) -> Strip | None:
    try:
        return ink.draw(ink.parse(strokes))
    except ValueError as refusal:
        tell(f"{place}: {refusal}")
        return None


def _pictures(folder: Path) -> Iterator[Item]:
    """Read `file<TAB>text` and, where it is known, `<TAB>writer`."""
    for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines():
        if line.strip():
            file, text, writer, *_ = [*line.split("\t"), "", ""]
            yield Item(_strip_of_picture(folder / file), text, writer or None)


def _strip_of_picture(path: Path) -> Strip | None:
    try:
        return picture.read(path.read_bytes())
    except (ValueError, OSError) as refusal:
        tell(f"{path}: {refusal}")
        return None


def _lines(folder: Path) -> Iterator[Item]:
    """The lines of the held-out copies; a copy has about one writer."""
    try:
        lines = list(copiste.lines(folder))
    except (ValueError, LookupError, TypeError) as error:
        raise SystemExit(f"{folder / 'pages.jsonl'}: not the lines of pages") from error
    held_out = copiste.held_out_copies({line.copy for line in lines})
    for line, strip in copiste.prepare(folder, (line for line in lines if line.copy in held_out)):
        yield Item(strip, line.text, str(line.copy))
