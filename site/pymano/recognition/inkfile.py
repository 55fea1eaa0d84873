"""Files of ink: one item of JSON (.json), or one a line (.jsonl), compressed or not (.gz)."""

import gzip
import json
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from pathlib import Path

from pymano.recognition import strokes
from pymano.recognition.refusal import Refusal
from pymano.recognition.strokes import Strokes

# Far more than the most ink that is read.
BYTES = 20 * 1000 * 1000

Item = Callable[[], Strokes]


def is_ink(path: Path) -> bool:
    """Whether the name is that of a file of ink."""
    return path.name.lower().removesuffix(".gz").endswith((".json", ".jsonl"))


def items(path: Path) -> Iterator[tuple[str, Item]]:
    """Yield each item's name, "words.jsonl:3", and what returns its strokes or raises Refusal.

    An item is {"strokes": […]} or the strokes alone. Empty lines are passed over. Raises OSError or EOFError
    when the file cannot be read.
    """
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        if not path.name.lower().removesuffix(".gz").endswith(".jsonl"):
            yield str(path), _item(file.read(BYTES + 1))
            return
        for number, line in enumerate(_lines(file), start=1):
            if line.strip():
                yield f"{path}:{number}", _item(line)


def _lines(file: BufferedIOBase) -> Iterator[bytes]:
    """Yield the lines; of one that is too long just enough to tell."""
    while line := file.readline(BYTES + 1):
        yield line
        while len(line) > BYTES and not line.endswith(b"\n"):
            line = file.readline(BYTES + 1)


def _item(text: bytes) -> Item:
    return lambda: _strokes(text)


def _strokes(text: bytes) -> Strokes:
    if len(text) > BYTES:
        raise Refusal("too_large", "Ink may have at most 20 MB.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal("malformed", "This is not valid JSON.") from error
    if isinstance(value, dict):
        if "strokes" not in value:
            raise Refusal("malformed", 'This has no "strokes".')
        value = value["strokes"]
    return strokes.check(value)
