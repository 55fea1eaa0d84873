"""From ink or a picture to a reading, and on to a row. The database is not touched while TorchServe reads."""

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from pymano import database, metrics
from pymano.recognition import routing
from pymano.recognition.models import Decoder, Prediction, forget_file
from pymano.recognition.pictures import Picture
from pymano.recognition.refusal import Code, Refusal
from pymano.recognition.strokes import Strokes
from pymano.serving import client

log = logging.getLogger(__name__)

# What the recogniser refuses, in its words and in ours.
REFUSALS: dict[str, tuple[Code, str]] = {
    "blank": ("nothing_to_read", "There is nothing to read in this."),
    "truncated": ("malformed", "The picture is damaged or cut short."),
    "malformed": ("malformed", "This is not ink or a picture that can be read."),
    "too_large": ("too_large", "This is too large to be read."),
    "unsupported": ("unsupported_media_type", "Pictures of this kind cannot be read."),
}


class OwnerGoneError(Exception):
    """The account was deleted while its ink was being read."""


def recognise(
    ink: Strokes | Picture, decoder: str, version: str | None = None, *, seconds: float | None = None
) -> client.Reading:
    """Read checked ink or an inspected picture; raise Refusal or a RecogniserError."""
    try:
        if isinstance(ink, Picture):
            return client.read_picture(ink.data, ink.media_type, decoder, version=version, seconds=seconds)
        return client.read_ink(ink, decoder, version=version, seconds=seconds)
    except client.Refused as error:
        raise Refusal(*REFUSALS[error.code]) from error


def read(
    *,
    owner: AbstractBaseUser,
    ink: Strokes | Picture,
    decoder: str = Decoder.BEAM,
    drawing: uuid.UUID | None = None,
) -> tuple[Prediction, bool]:
    """Read, and keep what was read; return the prediction that now stands, and whether it is a new one.

    Nothing is kept of what is refused. A drawing that its owner sent before keeps its prediction, which takes
    over the new ink and reading. Its correction stays while the ink is the same: it says what that ink was,
    not what it grew into. What was withdrawn from training stays so. Of two readings of a drawing the one
    asked for later stands, whichever ends first.
    """
    asked_at, start = timezone.now(), time.monotonic()
    route = routing.route(int(owner.pk or 0), _kind(ink, decoder))
    with metrics.READING_SECONDS.time(), _counted() as versions:
        reading = route.read(partial(recognise, ink, decoder))
        prediction = Prediction(
            owner_id=int(owner.pk or 0),
            drawing=drawing,
            decoder=decoder,
            asked_at=asked_at,
            duration_ms=round(1000 * (time.monotonic() - start)),
        )
        prediction.take(reading)
        stands, is_new = _keep(prediction, ink)
        versions.append(reading.model_version)
    route.kept(prediction if stands is prediction else None)
    return stands, is_new


def _kind(ink: Strokes | Picture, decoder: str) -> str:
    return f"{'picture' if isinstance(ink, Picture) else 'ink'}, {decoder}"


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Count how it ended, by the model's version where one was put into the list."""
    versions: list[str] = []
    outcome = "failed"
    try:
        yield versions
        outcome = "read"
    except Refusal as refusal:
        outcome = refusal.code
        raise
    except client.RecogniserError as error:
        outcome = type(error).__name__.lower()
        log.warning("No reading, %s: %s", outcome, error)
        raise
    finally:
        metrics.READINGS.labels(outcome, versions[0] if versions else "").inc()


def _keep(new: Prediction, ink: Strokes | Picture) -> tuple[Prediction, bool]:
    """Write the file first, then the row; without the row the file goes again."""
    if isinstance(ink, Picture):
        new.picture.save(f"picture.{ink.extension}", ContentFile(ink.data), save=False)
    else:
        new.strokes = ink
    try:
        stands, is_new = _store(new)
    except BaseException:
        _drop_file(new)
        raise
    if stands is not new:
        _drop_file(new)
    return stands, is_new


def _store(new: Prediction) -> tuple[Prediction, bool]:
    try:
        return database.again_after_deadlock(lambda: _stored(new))
    except IntegrityError as error:
        if _owner(new).exists():
            raise
        raise OwnerGoneError from error


def _stored(new: Prediction) -> tuple[Prediction, bool]:
    with transaction.atomic():
        old = _earlier(new) if new.drawing else None
        if old is None:
            new.save(force_insert=True)
            return new, True
        if old.asked_at > new.asked_at:
            return old, False
        _replace(old, new)
        return new, False


def _earlier(new: Prediction) -> Prediction | None:
    """Return what its owner has of the drawing; hold the owner's row, so that two cannot both be first."""
    if not _owner(new).select_for_update().exists():
        raise OwnerGoneError
    rows = Prediction.objects.select_for_update()
    return rows.filter(owner=new.owner_id, drawing=new.drawing).first()


def _owner(prediction: Prediction) -> QuerySet[AbstractBaseUser]:
    return get_user_model().objects.filter(pk=prediction.owner_id)


def _replace(old: Prediction, new: Prediction) -> None:
    new.pk, new.created_at = old.pk, old.created_at
    new.correction = old.correction if _same_ink(old, new) else None
    new.withdrawn = old.withdrawn
    new.save(force_update=True)
    if old.picture.name:
        forget_file(old.picture.name)


def _same_ink(old: Prediction, new: Prediction) -> bool:
    if not old.picture or not new.picture:
        return old.strokes is not None and old.strokes == new.strokes
    try:
        with old.picture.open() as before, new.picture.open() as now:
            return bool(before.read() == now.read())
    except FileNotFoundError:
        return False


def _drop_file(prediction: Prediction) -> None:
    if prediction.picture.name:
        prediction.picture.storage.delete(prediction.picture.name)
