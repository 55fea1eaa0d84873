"""A person's readings as a zip, made while it is sent: nothing of it waits in memory or on disk.

    readings.json           what each reading says, newest first, and the names of its files
    strokes/<id>.json       the ink, where it was drawn
    pictures/<id>.<ext>     the picture, where one was sent

The history page downloads this; the account's export adds to it.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import IO, Any, cast

from pymano.recognition.models import Prediction

Entry = tuple[str, bytes]


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
        "confidence": prediction.confidence,
        "alternatives": prediction.alternatives,
        "characters": prediction.characters,
        "decoder": prediction.decoder,
        "model": {"name": prediction.model_name, "version": prediction.model_version},
        "duration_ms": prediction.duration_ms,
        "created_at": prediction.created_at.isoformat(),
        "updated_at": prediction.updated_at.isoformat(),
    }
