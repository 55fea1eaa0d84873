"""Writes what may train to a folder, in the formats of training sets, and notes which readings that were.

    manifest.json                     the export's id, counts, and the hash of each file
    train/ink.jsonl.gz                {"text", "writer", "source", "strokes"}, one a line
    train/pictures/labels.tsv         file, text and writer; the files lie beside it
    held-out/…                        the same of other writers, to compare models with

What would be empty is left out. Nothing in the files is a name, or leads back without the database.
"""

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import UUID

from django.db import transaction

from pymano.recognition.models import Prediction
from pymano.teaching.ink import for_training
from pymano.teaching.models import ExportedReading, TrainingExport, Writer
from pymano.teaching.picture import DamagedPictureError, stripped

MANIFEST = "manifest.json"
SOURCE = "pymano"
CHUNK = 50
BATCH = 500


class NothingToExportError(Exception):
    """Nobody who agrees has corrected or confirmed anything."""


class ChangedError(Exception):
    """Somebody withdrew or deleted a reading while it was being exported."""


@dataclass
class Part:
    """One side of the split while it is written; files begin with their first reading."""

    folder: Path
    files: ExitStack
    ink: int = 0
    pictures: int = 0
    writers: set[str] = field(default_factory=set)
    readings: list[UUID] = field(default_factory=list)
    _ink_file: gzip.GzipFile | None = None
    _labels: IO[str] | None = None

    def add(self, prediction: Prediction, writer: str) -> None:
        """Write one reading; DamagedPictureError or FileNotFoundError where its picture cannot be."""
        text = " ".join(str(prediction.correction).split())
        if prediction.picture:
            self._add_picture(prediction, text, writer)
        else:
            self._add_ink(prediction, text, writer)
        self.writers.add(writer)
        self.readings.append(prediction.pk)

    def counts(self) -> dict[str, int]:
        """How much it holds."""
        return {"ink": self.ink, "pictures": self.pictures, "writers": len(self.writers)}

    def _add_ink(self, prediction: Prediction, text: str, writer: str) -> None:
        strokes = for_training(prediction.strokes or [])
        item = {"text": text, "writer": writer, "source": SOURCE, "strokes": strokes}
        if self._ink_file is None:
            self.folder.mkdir(exist_ok=True)
            path = self.folder / "ink.jsonl.gz"
            self._ink_file = self.files.enter_context(gzip.GzipFile(path, "wb", mtime=0))
        self._ink_file.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")
        self.ink += 1

    def _add_picture(self, prediction: Prediction, text: str, writer: str) -> None:
        with prediction.picture.open("rb") as file:
            data, extension = stripped(file.read())
        folder = self.folder / "pictures"
        if self._labels is None:
            folder.mkdir(parents=True)
            self._labels = self.files.enter_context((folder / "labels.tsv").open("w", encoding="utf-8"))
        self.pictures += 1
        name = f"{self.pictures:06}.{extension}"
        (folder / name).write_bytes(data)
        self._labels.write(f"{name}\t{text}\t{writer}\n")


@dataclass(frozen=True)
class Exported:
    """An export that was written, and what is in it."""

    export: TrainingExport
    train: Part
    held_out: Part
    left_out: int
    """Readings whose picture is gone or damaged."""


def write(folder: Path) -> Exported:
    """Write a new folder, whole or not at all; first it is noted which readings are in it.

    FileExistsError where the folder is there already. May raise NothingToExportError and ChangedError.
    """
    if folder.exists():
        raise FileExistsError(folder)
    with _unfinished(folder) as unfinished:
        export = TrainingExport()
        exported = _write_parts(export, unfinished)
        if not exported.train.readings and not exported.held_out.readings:
            raise NothingToExportError
        export.sha256 = _write_manifest(exported, unfinished)
        _note(exported)
        unfinished.rename(folder)
    return exported


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A folder beside it, for its owner's eyes alone, that is gone in the end."""
    unfinished = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write_parts(export: TrainingExport, folder: Path) -> Exported:
    writers: dict[int, Writer] = {}
    left_out = 0
    with ExitStack() as files:
        train, held_out = Part(folder / "train", files), Part(folder / "held-out", files)
        may_train = Prediction.objects.teaching().order_by("owner_id", "created_at", "id")
        for prediction in may_train.in_chunks(CHUNK):
            writer = writers.get(prediction.owner_id) or Writer.of(prediction.owner_id)
            writers[prediction.owner_id] = writer
            try:
                (held_out if writer.held_out else train).add(prediction, str(writer))
            except (DamagedPictureError, FileNotFoundError):
                left_out += 1
    return Exported(export, train, held_out, left_out)


def _write_manifest(exported: Exported, folder: Path) -> str:
    """Write what the folder holds, and return one hash of all its files."""
    files = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    listing = "".join(f"{sha256}  {name}\n" for name, sha256 in files.items())
    whole = hashlib.sha256(listing.encode()).hexdigest()
    manifest = {
        "export": str(exported.export.pk),
        "created": exported.export.created_at.isoformat(timespec="seconds"),
        "train": exported.train.counts(),
        "held-out": exported.held_out.counts(),
        "left_out": exported.left_out,
        "files": files,
        "sha256": whole,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return whole


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@transaction.atomic
def _note(exported: Exported) -> None:
    """Keep which readings are in the export, if all of them still may be."""
    exported.export.save(force_insert=True)
    for part, held_out in ((exported.train, False), (exported.held_out, True)):
        for start in range(0, len(part.readings), BATCH):
            _note_batch(exported.export, part.readings[start : start + BATCH], held_out=held_out)


def _note_batch(export: TrainingExport, readings: Sequence[UUID], *, held_out: bool) -> None:
    allowed = Prediction.objects.teaching().select_for_update().filter(pk__in=readings)
    if len(allowed.values_list("pk", flat=True)) < len(readings):
        raise ChangedError
    ExportedReading.objects.bulk_create(
        ExportedReading(export=export, prediction_id=pk, held_out=held_out) for pk in readings
    )
