"""A prediction: what a person wrote or photographed, what was read in it, and what they say it is."""

import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone

from pymano import adminlog
from pymano.recognition.folding import fold
from pymano.serving.client import Reading

BATCH = 200


class Decoder(models.TextChoices):
    """How the recogniser turns its scores into text."""

    BEST_PATH = "best-path"
    BEAM = "beam"


class ReadAnewError(Exception):
    """The drawing went on, and says something else by now than what a correction is of."""


class PredictionQuerySet(models.QuerySet["Prediction"]):
    """Many predictions."""

    def of(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        """Keep one person's own."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def matching(self, query: str) -> Self:
        """Keep those whose text or correction holds the query, whatever the case and the accents."""
        if "\0" in query:
            # No text has it, and SQLite would take it for the end of the query.
            return self.none()
        return self.filter(folded__contains=fold(query)) if query.strip() else self

    def teaching(self) -> Self:
        """Keep what may train a model: corrected or confirmed, not withdrawn, of owners who agree."""
        return self.filter(owner__teaches_since__isnull=False, withdrawn=False, correction__isnull=False)

    def in_chunks(self, size: int) -> Iterator["Prediction"]:
        """Yield them in their order, of which so many are fetched at a time.

        iterator() alone does not do that everywhere: MySQL's client takes in all that a query finds.
        """
        keys = list(self.values_list("pk", flat=True))
        for start in range(0, len(keys), size):
            yield from self.filter(pk__in=keys[start : start + size]).iterator()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete them, and what the admin's log says of them, without loading their ink."""
        adminlog.keep_keys_alone(self.model, self.values_list("pk", flat=True))
        return super(PredictionQuerySet, self.only("picture")).delete()

    delete.queryset_only = True  # type: ignore[attr-defined] # as Django's: a manager would delete all

    def delete_in_batches(self) -> None:
        """Delete them a few at a time, each few for good."""
        while batch := list(self.order_by().values_list("pk", flat=True)[:BATCH]):
            self.model.objects.filter(pk__in=batch).delete()


PICTURES = "pictures"
"""The folder of pictures in the storage; in it each owner has one."""


def picture_path(prediction: "Prediction", name: str) -> str:
    """Return where a picture is stored: each owner's apart, under a name that nobody chose."""
    return f"{PICTURES}/{prediction.owner_id}/{uuid.uuid4()}.{name.rpartition('.')[2]}"


class Prediction(models.Model):
    """One reading. It comes from strokes, kept as they were sent, or from a picture; never from both.

    A drawing is the client's name for ink that still grows: its owner has one prediction for it, and
    each later reading takes the place of the earlier.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="predictions")
    drawing = models.UUIDField(null=True, blank=True, editable=False)
    strokes = models.JSONField(null=True, blank=True, editable=False)
    picture = models.FileField(upload_to=picture_path, null=True, blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    confidence = models.FloatField(editable=False)
    alternatives = models.JSONField(default=list, editable=False)
    characters = models.JSONField(default=list, editable=False)
    correction = models.TextField(null=True, blank=True)
    withdrawn = models.BooleanField("withdrawn from training", default=False, editable=False)
    decoder = models.CharField(max_length=16, choices=Decoder, default=Decoder.BEAM, editable=False)
    model_name = models.CharField(max_length=100, editable=False)
    model_version = models.CharField(max_length=100, editable=False)
    duration_ms = models.PositiveIntegerField(editable=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)
    folded = models.TextField(blank=True, editable=False)

    objects = PredictionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        # Each list's own order, read backwards. With id: where an index gives an order only in part,
        # all that somebody has is sorted.
        indexes = [
            models.Index(fields=["owner", "created_at", "id"], name="prediction_of_owner_by_age"),
            models.Index(fields=["created_at", "id"], name="prediction_by_age"),
            models.Index(fields=["model_version"], name="prediction_by_version"),
        ]
        constraints = [models.UniqueConstraint(fields=["owner", "drawing"], name="prediction_one_a_drawing")]

    def __str__(self) -> str:
        return self.best_text or "(nothing)"

    @property
    def best_text(self) -> str:
        """The correction where there is one, else what was read."""
        return self.correction or self.text

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save, with the folded text that searches look at."""
        self.correction = self.correction or None
        self.folded = f"{fold(self.text)}\n{fold(self.correction or '')}"
        if update_fields is not None:
            update_fields = {*update_fields, "folded", "updated_at"}
        super().save(update_fields=update_fields, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete it, and what the admin's log says of it."""
        adminlog.keep_keys_alone(type(self), [self.pk])
        return super().delete(*args, **kwargs)

    def take(self, reading: Reading) -> None:
        """Take over what the recogniser says, unsaved."""
        self.text = reading.text
        self.confidence = reading.confidence
        self.alternatives = [vars(alternative) for alternative in reading.alternatives]
        self.characters = [vars(character) for character in reading.characters]
        self.model_name = reading.model_name
        self.model_version = reading.model_version

    def correct(self, text: str, *, of: str | None = None) -> None:
        """Keep what is said to be written, in place of an earlier correction; nothing takes it back.

        The very text that was read confirms the reading. ReadAnewError where another one than `of` was.
        """
        with transaction.atomic():
            self.text = type(self).objects.select_for_update().values_list("text", flat=True).get(pk=self.pk)
            if of not in (None, self.text):
                raise ReadAnewError
            self.correction = unicodedata.normalize("NFC", text).strip()
            self.save(update_fields=["correction"])

    def set_withdrawn(self, withdrawn: bool) -> None:
        """Keep it from training, or let it train where its owner's account agrees; nothing else is saved."""
        self.withdrawn, self.updated_at = withdrawn, timezone.now()
        own = type(self).objects.filter(pk=self.pk)
        own.update(withdrawn=self.withdrawn, updated_at=self.updated_at)


@receiver(post_delete, sender=Prediction)
def delete_picture(instance: Prediction, **_: Any) -> None:
    """Delete the file of a deleted prediction, once the row is gone for good."""
    if instance.picture.name:
        forget_file(instance.picture.name)


def forget_file(name: str) -> None:
    """Delete a stored picture when the transaction has ended well."""
    storage = Prediction._meta.get_field("picture").storage
    transaction.on_commit(partial(storage.delete, name), robust=True)
