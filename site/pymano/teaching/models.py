"""What left the site to train models: exports, their readings, and the pseudonyms of who wrote these."""

import uuid
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import cached_property

from pymano.recognition.models import Prediction
from pymano.serving import catalogue

HELD_OUT_OF = 5


class Writer(models.Model):
    """Somebody who wrote, by a name that leads back to them here alone, and goes with their account.

    What a writer wrote is all trained on or all held out, in every export: of five writers one is held out,
    the second first, so that with two there is something to train on and something to compare with.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True)
    held_out = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.pseudonym.hex

    @classmethod
    def of(cls, user_id: int) -> Self:
        """Return the writer that a user is, from now on the same."""
        held_out = cls.objects.count() % HELD_OUT_OF == 1
        return cls.objects.get_or_create(user_id=user_id, defaults={"held_out": held_out})[0]


# Kept from training now, one by one or with all of its owner's.
WITHDRAWN = Q(readings__prediction__isnull=False) & (
    Q(readings__prediction__withdrawn=True) | Q(readings__prediction__owner__teaches_since__isnull=True)
)


class TrainingExportQuerySet(models.QuerySet["TrainingExport"]):
    """Many exports."""

    def counted(self) -> Self:
        """Add how many readings each has, how many are deleted or withdrawn since; the newest first."""
        counted = self.annotate(
            exported=Count("readings"),
            deleted=Count("readings", filter=Q(readings__prediction__isnull=True)),
            withdrawn=Count("readings", filter=WITHDRAWN),
        )
        return counted.order_by("-created_at", "-id")  # what is grouped has no order by itself


class TrainingExport(models.Model):
    """One export. Models that learnt from it name it by its id in their facts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sha256 = models.CharField("SHA-256 of its files", max_length=64, editable=False)

    # Added by counted().
    exported: int
    deleted: int
    withdrawn: int

    objects = TrainingExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.pk)

    def versions_in(self, archives: Iterable[catalogue.Archive]) -> list[str]:
        """Return the versions among these that learnt from it, directly or by way of another version."""
        return [archive.version for archive in archives if str(self.pk) in archive.exports]

    @cached_property
    def versions(self) -> list[str]:
        """Those in the model store; who lists exports reads it once, and asks versions_in()."""
        return self.versions_in(catalogue.archives())


class ExportedReading(models.Model):
    """A reading in an export. When the reading is deleted, this stays without it, as a mark of it."""

    export = models.ForeignKey(TrainingExport, models.CASCADE, related_name="readings", editable=False)
    prediction = models.ForeignKey(
        Prediction, models.SET_NULL, null=True, related_name="exported", editable=False
    )
    held_out = models.BooleanField(editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["export", "prediction"], name="exported_once_an_export")
        ]

    def __str__(self) -> str:
        return f"{self.prediction_id or 'a deleted reading'} in {self.export_id}"


def used_readings_of(user: AbstractBaseUser) -> list[dict[str, object]]:
    """Return which of somebody's readings went into which export, for their own eyes."""
    rows = ExportedReading.objects.filter(prediction__owner_id=user.pk).select_related("export")
    return [
        {
            "reading": str(row.prediction_id),
            "export": str(row.export_id),
            "exported_at": row.export.created_at.isoformat(),
            "used_to": "compare" if row.held_out else "train",
        }
        for row in rows.order_by("export__created_at", "pk")
    ]
