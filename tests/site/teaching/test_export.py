"""What is exported, how it is split, and what is kept of it."""

import gzip
import hashlib
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pymano.recognition.models import Prediction
from pymano.recognition.storage import StorageAwayError, WholeFileStorage
from pymano.teaching import export
from pymano.teaching.models import ExportedReading, TrainingExport, Writer
from tests.site.drawings import picture


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "exports" / "first"


def items(part):
    with gzip.open(part / "ink.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labels(part):
    return [line.split("\t") for line in (part / "pictures" / "labels.tsv").read_text("utf-8").splitlines()]


def test_ink_is_written_as_training_reads_it(teaching, corrected, folder):
    corrected(teaching, "h\u00e4llo\t  you", strokes=[[[10, 10, 0, 0.5], [10, 60, 9, 0.5]], [[20, 10]]])
    export.write(folder)
    (item,) = items(folder / "train")
    assert item == {
        "text": "hällo you",
        "writer": str(Writer.objects.get()),
        "source": "pymano",
        "strokes": [[[0, 0], [0, 1000]], [[200, 0]]],
    }


def test_pictures_are_written_beside_their_labels(teaching, corrected, folder):
    corrected(teaching, "first", picture=picture("PNG"))
    corrected(teaching, "second", picture=picture("JPEG"))
    export.write(folder)
    writer = str(Writer.objects.get())
    assert labels(folder / "train") == [["000001.png", "first", writer], ["000002.jpg", "second", writer]]
    assert {path.name for path in (folder / "train" / "pictures").iterdir()} == {
        "000001.png",
        "000002.jpg",
        "labels.tsv",
    }


def test_only_what_may_train_is_there(teaching, bob, corrected, folder):
    corrected(teaching, "yes")
    corrected(teaching, "withdrawn").set_withdrawn(True)
    corrected(teaching, "deleted").delete()
    corrected(bob, "of who never agreed")
    export.write(folder)
    assert [item["text"] for item in items(folder / "train")] == ["yes"]
    assert not (folder / "held-out").exists()


def test_nothing_in_it_leads_to_anybody(teaching, corrected, folder):
    ink, photo = corrected(teaching), corrected(teaching, picture=picture("JPEG", comment=b"alice"))
    export.write(folder)
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    written += gzip.decompress((folder / "train" / "ink.jsonl.gz").read_bytes())
    written += "".join(str(path) for path in folder.rglob("*")).encode()
    for secret in ("alice", teaching.email, str(ink.pk), ink.pk.hex, str(photo.pk), photo.picture.name):
        assert secret.encode() not in written


def test_a_writer_is_on_one_side_for_ever(writers, corrected, folder, tmp_path):
    for writer in writers:
        corrected(writer, writer.username), corrected(writer, writer.username)
    export.write(folder)
    sides = {part: {item["text"] for item in items(folder / part)} for part in ("train", "held-out")}
    assert sides == {"train": {"w0", "w2", "w3", "w4", "w5"}, "held-out": {"w1", "w6"}}
    writers[0].delete()
    export.write(tmp_path / "second")
    assert {item["text"] for item in items(tmp_path / "second" / "held-out")} == sides["held-out"]
    pseudonyms = [
        {item["writer"] for item in items(place / "train")} for place in (folder, tmp_path / "second")
    ]
    assert pseudonyms[1] < pseudonyms[0]


def test_the_manifest_says_what_is_there(writers, corrected, folder):
    for writer in writers[:3]:
        corrected(writer)
    corrected(writers[0], picture=picture())
    written = export.write(folder).export
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["export"] == str(written.pk)
    assert manifest["train"] == {"ink": 2, "pictures": 1, "writers": 2}
    assert manifest["held-out"] == {"ink": 1, "pictures": 0, "writers": 1}
    assert manifest["left_out"] == 0
    assert manifest["sha256"] == written.sha256
    assert set(manifest["files"]) == {
        "train/ink.jsonl.gz",
        "train/pictures/000001.png",
        "train/pictures/labels.tsv",
        "held-out/ink.jsonl.gz",
    }
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256


def test_it_is_noted_what_was_exported(teaching, corrected, folder):
    kept, later = corrected(teaching), corrected(teaching)
    later.set_withdrawn(True)
    written = export.write(folder).export
    assert TrainingExport.objects.get() == written
    assert [row.prediction for row in ExportedReading.objects.filter(export=written)] == [kept]


def test_withdrawn_and_deleted_readings_are_gone_from_the_next(teaching, corrected, folder, tmp_path):
    stays, withdrawn, deleted = (corrected(teaching, text) for text in ("stays", "withdrawn", "deleted"))
    export.write(folder)
    withdrawn.set_withdrawn(True)
    deleted.delete()
    export.write(tmp_path / "second")
    assert [item["text"] for item in items(tmp_path / "second" / "train")] == ["stays"]
    newest, first = TrainingExport.objects.counted()
    assert (first.exported, first.deleted, first.withdrawn) == (3, 1, 1)
    assert (newest.exported, newest.deleted, newest.withdrawn) == (1, 0, 0)
    teaching.agree_to_teach(False)
    newest, first = TrainingExport.objects.counted()
    assert (first.deleted, first.withdrawn, newest.withdrawn) == (1, 2, 1)
    teaching.delete()
    assert not Writer.objects.exists()
    newest, first = TrainingExport.objects.counted()
    assert (first.deleted, first.withdrawn, newest.deleted) == (3, 0, 1)
    assert not ExportedReading.objects.exclude(prediction=None).exists()
    assert Prediction.objects.count() == 0 < stays.duration_ms


def test_a_picture_that_is_gone_or_damaged_is_left_out(teaching, corrected, folder):
    gone, damaged = corrected(teaching, picture=picture()), corrected(teaching, picture=picture()[:-30])
    gone.picture.storage.delete(gone.picture.name)
    corrected(teaching, "stays", picture=picture())
    written = export.write(folder)
    assert written.left_out == 2
    assert [text for _, text, _ in labels(folder / "train")] == ["stays"]
    assert damaged.pk not in written.train.readings


def nothing_is_left(folder):
    return not TrainingExport.objects.exists() and not any(folder.parent.glob("*"))


def test_without_anything_there_is_no_export(teaching, folder):
    with pytest.raises(export.NothingToExportError):
        export.write(folder)
    assert nothing_is_left(folder)


@pytest.mark.parametrize("change", [Prediction.delete, lambda made: made.set_withdrawn(True)])
def test_what_is_withdrawn_meanwhile_leaves_with_nobody(teaching, corrected, folder, monkeypatch, change):
    made = corrected(teaching)

    def strokes(value):
        change(Prediction.objects.get(pk=made.pk))
        return value

    monkeypatch.setattr(export, "for_training", strokes)
    with pytest.raises(export.ChangedError):
        export.write(folder)
    assert nothing_is_left(folder)


def test_where_pictures_cannot_be_reached_nothing_is_exported(teaching, corrected, folder, monkeypatch):
    corrected(teaching, picture=picture())

    def fail(*_, **__):
        raise StorageAwayError("away")

    monkeypatch.setattr(WholeFileStorage, "_open", fail)
    with pytest.raises(StorageAwayError):
        export.write(folder)
    assert nothing_is_left(folder)


def test_readings_are_fetched_a_few_at_a_time_in_their_order(teaching, corrected, folder, monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 2)
    for n in range(5):
        corrected(teaching, str(n))
    with CaptureQueriesContext(connection) as queries:
        export.write(folder)
    assert len([query for query in queries if "strokes" in query["sql"]]) == 3
    assert [item["text"] for item in items(folder / "train")] == ["0", "1", "2", "3", "4"]


def test_a_folder_is_never_written_over(teaching, corrected, folder):
    corrected(teaching)
    export.write(folder)
    with pytest.raises(FileExistsError):
        export.write(folder)
    assert TrainingExport.objects.count() == 1


def test_the_folder_is_for_its_owners_eyes(teaching, corrected, folder):
    corrected(teaching)
    export.write(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
