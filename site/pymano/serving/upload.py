"""Archives that superusers upload and remove: checked, written whole or not at all, approved by their hash.

An archive is a program that TorchServe runs. The checks find what is damaged or mistaken, and nobody's ill
will: whoever may upload can do what TorchServe can.
"""

import hashlib
import json
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from pymano.serving import catalogue
from pymano.serving.changes import Action, RefusedError
from pymano.serving.models import ApprovedArchive, ModelEvent, Outcome, WantedVersion

MANIFEST: Final = "MAR-INF/MANIFEST.json"
MANIFEST_BYTES: Final = 65_536
MOST_FILES: Final = 2_000
UNPACKED_TIMES: Final = 10
"""How many times its own limit an archive may have when it is unpacked."""
ZIP_BEGINS: Final = b"PK\x03\x04"
CHOOSE: Final = "Choose the .mar that make archive wrote: no checkpoint, card or list of hashes."
VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,49}")


def accept(*, file: "UploadedFile[Any]", sha256: str, actor: AbstractBaseUser) -> ApprovedArchive:
    """Check an archive, put it into the model store and approve it; RefusedError says why not."""
    try:
        with _received(file, sha256) as path:
            version = version_of(path)
            approved = _approve(path, version, sha256, actor)
    except RefusedError as error:
        ModelEvent.record(Action.UPLOAD, actor=actor, outcome=Outcome.FAILED, details=str(error))
        raise
    except OSError as error:
        raise RefusedError(f"The model store cannot be written to: {error.strerror}.") from error
    ModelEvent.record(Action.UPLOAD, version, actor=actor, details=f"{approved.name}, {approved.size} bytes.")
    return approved


def remove(*, version: str, actor: AbstractBaseUser) -> None:
    """Delete an archive that was uploaded, and its approval; RefusedError says why not."""
    try:
        with transaction.atomic():
            approved = _removable(version)
            approved.delete()
            (settings.MODEL_STORE / approved.name).unlink(missing_ok=True)
    except RefusedError as error:
        ModelEvent.record(Action.REMOVE, version, actor=actor, outcome=Outcome.FAILED, details=str(error))
        raise
    except OSError as error:
        raise RefusedError(f"The model store cannot be written to: {error.strerror}.") from error
    ModelEvent.record(Action.REMOVE, version, actor=actor, details=f"{approved.name}, {approved.sha256}.")


def _removable(version: str) -> ApprovedArchive:
    found = catalogue.find(version)
    if found is None or not found.uploaded:
        raise RefusedError(f"No archive of {version} was uploaded.")
    if WantedVersion.objects.filter(version=version).exists():
        raise RefusedError(f"{version} is registered. Unregister it first.")
    return ApprovedArchive.objects.get(version=version)


@contextmanager
def _received(file: "UploadedFile[Any]", sha256: str) -> Iterator[Path]:
    """Write what was sent to a file of the model store, which is gone again where it is not renamed."""
    if (file.size or 0) > settings.MODEL_UPLOAD_BYTES:
        raise RefusedError(f"The archive has more than {settings.MODEL_UPLOAD_BYTES} bytes.")
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=settings.MODEL_STORE, prefix=".upload-", delete=False) as out:
        path = Path(out.name)
        try:
            for piece in file.chunks():
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
            if digest.hexdigest() != sha256:
                raise RefusedError("The archive does not have this SHA-256: it was damaged, or is another.")
            yield path
        finally:
            path.unlink(missing_ok=True)


def _approve(path: Path, version: str, sha256: str, actor: AbstractBaseUser) -> ApprovedArchive:
    """Enter the archive in the list, then give it its name; without the one there is not the other."""
    target: Path = settings.MODEL_STORE / f"{settings.TORCHSERVE_MODEL}-{version}.mar"
    if target.exists() or catalogue.find(version):
        raise RefusedError(f"There is an archive of {version} already. Give the new one another version.")
    try:
        with transaction.atomic():
            approved = ApprovedArchive.objects.create(
                name=target.name,
                version=version,
                sha256=sha256,
                size=path.stat().st_size,
                uploaded_by_id=actor.pk,
            )
            path.chmod(0o644)
            path.rename(target)
    except IntegrityError as error:
        raise RefusedError(f"Somebody else has just uploaded {version}.") from error
    return approved


def version_of(path: Path) -> str:
    """Return the version that an archive's manifest tells, when all of the archive is as it should be."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive)
            manifest = _manifest(archive)
            if damaged := archive.testzip():
                raise RefusedError(f"The archive is damaged: {damaged} cannot be unpacked.")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise RefusedError(_why_unreadable(path)) from error
    return _version(manifest)


def _why_unreadable(path: Path) -> str:
    with path.open("rb") as file:
        begins_as_zip = file.read(len(ZIP_BEGINS)) == ZIP_BEGINS
    if begins_as_zip:
        return (
            "The archive is damaged: it begins as a zip does, but cannot be unpacked. Copy or make it anew."
        )
    return f"The file is no zip, as every archive is. {CHOOSE}"


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise RefusedError(f"The archive holds more than {MOST_FILES} files.")
    if sum(member.file_size for member in members) > UNPACKED_TIMES * settings.MODEL_UPLOAD_BYTES:
        raise RefusedError("The archive is too large when it is unpacked.")
    for member in members:
        if _leads_out(member):
            raise RefusedError("The archive holds a file that would be unpacked outside its folder.")


def _leads_out(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        if archive.getinfo(MANIFEST).file_size > MANIFEST_BYTES:
            raise RefusedError("The archive's manifest is too long.")
        model = json.loads(archive.read(MANIFEST))["model"]
        handler = model["handler"].partition(":")[0]
        archive.getinfo(handler)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RefusedError(
            f"The file is a zip, but no archive: it has no {MANIFEST} that names its model and its handler. "
            f"{CHOOSE}"
        ) from error
    return dict(model)


def _version(model: dict[str, Any]) -> str:
    if model.get("modelName") != settings.TORCHSERVE_MODEL:
        raise RefusedError(f"The archive is of another model than {settings.TORCHSERVE_MODEL}.")
    version = model.get("modelVersion")
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise RefusedError("The archive's version is not made of letters, digits and the signs . _ - alone.")
    return version
