"""A person's readings as a zip, made while it is sent: of ink and pictures one at a time is in memory.

The README in it says what it holds. The history page downloads it; the account's export adds to it.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import IO, Any, cast

from pymano.recognition.models import Prediction, PredictionQuerySet

Entry = tuple[str, bytes]

CHUNK = 50

README = """\
Your readings from Pymano
=========================

readings.tsv          one reading a line, newest first: id, when, what was read, how sure (0 to 1), and
                      your correction. Tabs between, UTF-8, the first line names the columns. A text
                      that a spreadsheet would take for a formula has an apostrophe before it.
readings.json         the same and more: what else it might be, each letter with its place, the model,
                      and whether you withdrew it from training.
strokes/<id>.json     ink, as you drew it: {"strokes": [[[x, y, t, pressure], ...], ...]}. y grows
                      downwards, t is in milliseconds, pressure lies in 0 to 1; both may be missing or null.
pictures/<id>.<ext>   a picture, as you sent it.

Sending strokes/<id>.json to POST /api/v1/predictions/ has the ink read again.
"""
# What spreadsheets take for the beginning of a formula, which could send a table's content elsewhere.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("id", "created_at", "text", "confidence", "correction")


class Outlet(io.RawIOBase):
    """The end of a zip that is being written: holds what was written until it is taken, once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Yes: it can be written, but not be gone back in."""
        return True

    def write(self, part: Any) -> int:
        """Take in what the zip writes."""
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the bytes of a zip that holds these entries, as (name in the zip, content)."""
    outlet = Outlet()
    with zipfile.ZipFile(cast("IO[bytes]", outlet), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
            yield outlet.take()
    yield outlet.take()


def history(predictions: PredictionQuerySet) -> Iterator[Entry]:
    """Yield the files of a person's history; the rows are fetched as they are needed, a few at a time."""
    yield "README.txt", README.encode()
    yield from readings(predictions.in_chunks(CHUNK))
    yield "readings.tsv", _table(predictions.only(*COLUMNS).in_chunks(CHUNK))


def readings(predictions: Iterable[Prediction]) -> Iterator[Entry]:
    """Yield the files of each reading, and last the list of all."""
    listed = []
    for prediction in predictions:
        files = dict(_files(prediction))
        listed.append(_facts(prediction) | {"files": list(files)})
        yield from files.items()
    yield "readings.json", as_json(listed)


def as_json(value: Any) -> bytes:
    """Write a value as JSON that people can read too."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str).encode()


def _files(prediction: Prediction) -> Iterator[Entry]:
    if prediction.strokes is not None:
        yield f"strokes/{prediction.pk}.json", json.dumps({"strokes": prediction.strokes}).encode()
    if prediction.picture:
        try:
            with prediction.picture.open("rb") as picture:
                yield (
                    f"pictures/{prediction.pk}{PurePath(str(prediction.picture.name)).suffix}",
                    picture.read(),
                )
        except FileNotFoundError:
            return


def _facts(prediction: Prediction) -> dict[str, Any]:
    return {
        "id": str(prediction.pk),
        "text": prediction.text,
        "correction": prediction.correction,
        "withdrawn_from_training": prediction.withdrawn,
        "confidence": prediction.confidence,
        "alternatives": prediction.alternatives,
        "characters": prediction.characters,
        "decoder": prediction.decoder,
        "model": {"name": prediction.model_name, "version": prediction.model_version},
        "duration_ms": prediction.duration_ms,
        "created_at": prediction.created_at.isoformat(),
        "updated_at": prediction.updated_at.isoformat(),
    }


def _table(rows: Iterable[Prediction]) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, dialect=csv.excel_tab, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        said = _harmless(row.text), f"{row.confidence:.4f}", _harmless(row.correction or "")
        writer.writerow((row.pk, row.created_at.isoformat(), *said))
    return table.getvalue().encode()


def _harmless(text: str) -> str:
    """Put an apostrophe before what would be a formula; readings.json has it as it is."""
    return f"'{text}" if text.startswith(FORMULA) else text
