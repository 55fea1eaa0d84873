"""manage.py delete_old_readings: applies READINGS_KEPT_DAYS. Run it once a day."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from pymano.recognition.models import Prediction

BATCH = 200


class Command(BaseCommand):
    """Deletes readings that are older than the settings say, with their ink and pictures.

    A few at a time, so that nobody waits for it. It may be broken off, repeated, and run twice at once.
    """

    help = "Delete readings made more than READINGS_KEPT_DAYS days ago, with their pictures."

    def handle(self, *_: Any, **__: Any) -> None:
        """Delete them all, and say how many there were."""
        days = settings.READINGS_KEPT_DAYS
        if not days:
            self.stdout.write("Readings are kept for ever: READINGS_KEPT_DAYS is 0.")
            return
        before = timezone.now() - timedelta(days=days)
        deleted = 0
        while count := self._delete(before):
            deleted += count
        self.stdout.write(f"Deleted {deleted} readings made before {before:%Y-%m-%d %H:%M} UTC.")

    def _delete(self, before: datetime) -> int:
        try:
            return delete_batch(before)
        except OSError as error:  # StorageAwayError is one
            raise CommandError(f"A picture cannot be deleted: {error}. Run this again later.") from error


@transaction.atomic
def delete_batch(before: datetime) -> int:
    """Delete the oldest that were made before then, files first: where one cannot go, its row stays, too.

    What another run has in its hands is left to it.
    """
    rows = Prediction.objects.select_for_update(skip_locked=True).only("picture")
    batch = list(rows.filter(created_at__lt=before).order_by("created_at", "id")[:BATCH])
    for prediction in batch:
        if prediction.picture.name:
            prediction.picture.storage.delete(prediction.picture.name)
    _, deleted = Prediction.objects.filter(pk__in=[one.pk for one in batch]).delete()
    return deleted.get(Prediction._meta.label, 0)
