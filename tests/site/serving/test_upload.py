"""What is taken for an archive, and what is not."""

import hashlib
import io
import json
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pymano.serving import catalogue, upload
from pymano.serving.changes import RefusedError
from pymano.serving.models import ApprovedArchive, ModelEvent
from tests import archives
from tests.site.serving.conftest import want

pytestmark = pytest.mark.django_db


def archive_of(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def model(**changes):
    facts = {"modelName": "crnn", "modelVersion": "2.0", "handler": "handler.py"} | changes
    return json.dumps({"model": facts})


def members(**changes):
    return {"MAR-INF/MANIFEST.json": model(**changes), "handler.py": archives.READS}


def send(sam, data, sha256=None):
    file = SimpleUploadedFile("whatever.mar", data)
    return upload.accept(file=file, sha256=sha256 or hashlib.sha256(data).hexdigest(), actor=sam)


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_a_good_one_is_kept_and_approved(store, sam):
    data = archive_of(members())
    approved = send(sam, data)
    assert (approved.name, approved.version, approved.size) == ("crnn-2.0.mar", "2.0", len(data))
    assert approved.uploaded_by == sam
    assert (store / "crnn-2.0.mar").read_bytes() == data
    found = catalogue.find("2.0")
    assert (found.state, found.uploaded) == ("whole", True)
    assert [(event.action, event.version, event.outcome) for event in ModelEvent.objects.all()] == [
        ("upload", "2.0", "done")
    ]


def test_another_hash_is_refused(store, sam):
    with pytest.raises(RefusedError, match="does not have this SHA-256"):
        send(sam, archive_of(members()), "0" * 64)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"no zip, as every archive is\. Choose the \.mar that make archive wrote"),
        (b"hello", r"no zip, as every archive is\. Choose the \.mar that make archive wrote"),
        (archive_of(members())[:300], "archive is damaged: it begins as a zip does, but cannot be unpacked"),
        (archive_of({"best/data.pkl": "x"}), r"a zip, but no archive: .* Choose the \.mar that make archive"),
        (archive_of({"handler.py": "x"}), "no MAR-INF/MANIFEST.json"),
        (archive_of({"MAR-INF/MANIFEST.json": model()}), "names its model and its handler"),
        (archive_of({"MAR-INF/MANIFEST.json": "{"}), "no MAR-INF/MANIFEST.json"),
        (archive_of({"MAR-INF/MANIFEST.json": "[" * 60_000}), "no MAR-INF/MANIFEST.json"),
        (archive_of({"MAR-INF/MANIFEST.json": '{"model": 7}'}), "no MAR-INF/MANIFEST.json"),
        (archive_of({"MAR-INF/MANIFEST.json": " " * 70_000 + model()}), "manifest is too long"),
        (archive_of(members(modelName="other")), "of another model"),
        (archive_of(members(modelVersion="1.1")), r"an archive of 1\.1 already"),
        (archive_of(members(modelVersion="../1")), "version is not made of"),
        (archive_of(members(modelVersion="")), "version is not made of"),
        (archive_of(members(modelVersion=2)), "version is not made of"),
        (archive_of(members() | {"../evil.py": "x"}), "outside its folder"),
        (archive_of(members() | {"/etc/evil": "x"}), "outside its folder"),
        (archive_of(members() | {"a\\..\\evil": "x"}), "outside its folder"),
        (archive_of(members() | {link("link"): "/etc/passwd"}), "outside its folder"),
        (archive_of(members() | {f"{i}.py": "" for i in range(2_000)}), "more than 2000 files"),
    ],
)
def test_what_is_none_is_refused_in_words(store, sam, data, reason):
    before = sorted(store.iterdir())
    with pytest.raises(RefusedError, match=reason):
        send(sam, data)
    assert sorted(store.iterdir()) == before
    assert not ApprovedArchive.objects.exists()
    assert ModelEvent.objects.get().outcome == "failed"


def test_what_was_uploaded_can_be_removed_and_sent_again(store, sam):
    data = archive_of(members())
    send(sam, data)
    upload.remove(version="2.0", actor=sam)
    assert not (store / "crnn-2.0.mar").exists()
    assert catalogue.find("2.0") is None
    event = ModelEvent.objects.get(action="remove")
    assert (event.version, event.actor, event.outcome) == ("2.0", sam, "done")
    assert send(sam, data).version == "2.0"


def test_what_is_shipped_or_registered_is_not_removed(store, sam):
    send(sam, archive_of(members()))
    want("1.1", "2.0")
    for version, reason in (
        ("1.1", "No archive of 1.1 was uploaded"),
        ("9.9", "No archive of 9.9 was"),
        ("2.0", "2.0 is registered"),
    ):
        with pytest.raises(RefusedError, match=reason):
            upload.remove(version=version, actor=sam)
    assert {"crnn-1.1.mar", "crnn-2.0.mar"} <= {path.name for path in store.iterdir()}
    assert ModelEvent.objects.filter(action="remove", outcome="failed").count() == 3


def test_a_member_that_is_damaged_is_found(store, sam):
    data = bytearray(archive_of({"big.bin": bytes(range(256)) * 40} | members()))
    data[60] ^= 0xFF
    with pytest.raises(RefusedError):
        send(sam, bytes(data))


def test_one_that_is_too_long_is_not_written(store, sam, settings):
    settings.MODEL_UPLOAD_BYTES = 100
    with pytest.raises(RefusedError, match="more than 100 bytes"):
        send(sam, archive_of(members()))


def test_one_that_unpacks_to_too_much_is_refused(store, sam, settings):
    settings.MODEL_UPLOAD_BYTES = 10_000
    with pytest.raises(RefusedError, match="too large when it is unpacked"):
        send(sam, archive_of(members() | {"bomb": bytes(1_000_000)}))


def test_a_store_that_cannot_be_written_to_is_told(settings, tmp_path, sam):
    settings.MODEL_STORE = tmp_path / "nowhere"
    with pytest.raises(RefusedError, match="cannot be written to"):
        send(sam, archive_of(members()))
