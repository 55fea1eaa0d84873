"""What the history's zip holds beside takeout's files: a table for spreadsheets, and a text that explains."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain

from pymano.recognition import takeout
from pymano.recognition.models import Prediction, PredictionQuerySet

CHUNK = 50

README = """\
Your readings from Pymano
=========================

readings.tsv          one reading a line, newest first: id, when, what was read, how sure (0 to 1), and
                      your correction. Tabs between, UTF-8, the first line names the columns.
readings.json         the same and more: what else it might be, each letter with its place, the model.
strokes/<id>.json     ink, as you drew it: {"strokes": [[[x, y, t, pressure], ...], ...]}. y grows
                      downwards, t is in milliseconds, pressure lies in 0 to 1; both may be missing or null.
pictures/<id>.<ext>   a picture, as you sent it.

Sending strokes/<id>.json to POST /api/v1/predictions/ has the ink read again.
"""
COLUMNS = ("id", "created_at", "text", "confidence", "correction")


def history_entries(predictions: PredictionQuerySet) -> Iterator[takeout.Entry]:
    """Yield the files of a person's history; the rows are fetched as they are needed, a few at a time."""
    return chain(
        [("README.txt", README.encode())],
        takeout.readings(predictions.iterator(CHUNK)),
        _tables(predictions),
    )


def _tables(predictions: PredictionQuerySet) -> Iterator[takeout.Entry]:
    rows = predictions.only(*COLUMNS).iterator(CHUNK)
    yield "readings.tsv", _table(rows)


def _table(rows: Iterable[Prediction]) -> bytes:
    table = StringIO()
    writer = csv.writer(table, dialect=csv.excel_tab, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (row.pk, row.created_at.isoformat(), row.text, f"{row.confidence:.4f}", row.correction or "")
        )
    return table.getvalue().encode()
