"""What a client has read, in turn: ink, pictures, and drawings that grow."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from local.benchmark.specimen import LINE, WORD, Strokes, picture, write

_LETTERS = "the chart"


@dataclass(frozen=True)
class Question:
    """One request for a reading: a body, and what it is of."""

    body: bytes
    content_type: str
    strokes: Strokes | None = None
    """The ink; without any it is a picture."""
    drawing: str | None = None
    """The name of a drawing that grows: its readings replace one another."""


def questions() -> Iterator[Question]:
    """Without end: a word, a line, a picture, and a drawing that is read after each of three words."""
    for kind in cycle(("word", "picture", "drawing", "line")):
        match kind:
            case "word":
                yield _ink(WORD)
            case "line":
                yield _ink(LINE)
            case "picture":
                yield _picture()
            case _:
                yield from _growing()


def _ink(strokes: Strokes, drawing: str | None = None) -> Question:
    content: dict[str, object] = {"strokes": strokes} | ({"drawing": drawing} if drawing else {})
    return Question(json.dumps(content).encode(), "application/json", strokes, drawing)


def _growing() -> Iterator[Question]:
    drawing = str(uuid.uuid4())
    strokes = write(_LETTERS)
    for part in (len(strokes) // 3, 2 * len(strokes) // 3, len(strokes)):
        yield _ink(strokes[:part], drawing)


@cache
def _picture() -> Question:
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="word.png"\r\n\r\n'
    body = head.encode() + picture(WORD) + f"\r\n--{boundary}--\r\n".encode()
    return Question(body, f"multipart/form-data; boundary={boundary}")
