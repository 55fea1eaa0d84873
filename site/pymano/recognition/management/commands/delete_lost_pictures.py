"""manage.py delete_lost_pictures: deletes pictures that a killed process left behind. Run it once a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.files.storage import Storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pymano.recognition.models import PICTURES, Prediction

BATCH = 200
YOUNG = timedelta(hours=1)
"""A picture is stored a moment before its reading: one younger than this may still get it."""


class Command(BaseCommand):
    """Deletes pictures of readings that were never kept, or are gone.

    It may be broken off, repeated, and run twice at once.
    """

    help = "Delete stored pictures that no reading names."

    def handle(self, *_: Any, **__: Any) -> None:
        """Delete them all, and say how many there were."""
        storage = Prediction._meta.get_field("picture").storage
        deleted = 0
        try:
            for name in lost(storage):
                storage.delete(name)
                deleted += 1
        except OSError as error:  # StorageAwayError is one
            raise CommandError(f"Pictures are out of reach: {error}. Run this again later.") from error
        self.stdout.write(f"Deleted {deleted} pictures that no reading names.")


def lost(storage: Storage) -> Iterator[str]:
    """Find the pictures that no reading names, and that are not young."""
    before = timezone.now() - YOUNG
    stored = _stored(storage)
    while names := list(islice(stored, BATCH)):
        named = set(Prediction.objects.filter(picture__in=names).values_list("picture", flat=True))
        yield from (name for name in names if name not in named and _is_older(storage, name, before))


def _is_older(storage: Storage, name: str, before: datetime) -> bool:
    try:
        return storage.get_modified_time(name) < before
    except FileNotFoundError:  # its owner deleted it meanwhile
        return False


def _stored(storage: Storage) -> Iterator[str]:
    try:
        owners, _ = storage.listdir(PICTURES)
    except FileNotFoundError:  # nobody has stored any yet
        return
    for owner in owners:
        folder = f"{PICTURES}/{owner}"
        yield from (f"{folder}/{name}" for name in storage.listdir(folder)[1])
