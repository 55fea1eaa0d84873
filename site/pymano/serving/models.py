"""Which versions TorchServe is to hold, what was done to them, and which archives were uploaded."""

from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

MOST_WORKERS = 64


class WantedVersion(models.Model):
    """A version that every replica of TorchServe is to hold, with so many workers.

    One of them at most is the default, which reads where no version is asked for: `is_default` is True
    there and NULL elsewhere, as any database lets many rows of a unique column be NULL.
    """

    version = models.CharField(max_length=100, unique=True)
    archive = models.CharField(max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    workers = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKERS)]
    )
    is_default = models.BooleanField(null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = "model version"
        ordering = ["created_at", "id"]
        default_permissions = ("view",)
        permissions = [("manage_models", "Can manage the models that TorchServe serves")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_default__isnull=True) | Q(is_default=True), name="wanted_default_or_null"
            ),
            models.CheckConstraint(condition=Q(workers__gte=1), name="wanted_one_worker_at_least"),
        ]

    def __str__(self) -> str:
        return self.version

    def make_default(self) -> None:
        """Make this the default, in place of another."""
        with transaction.atomic():
            WantedVersion.objects.filter(is_default=True).exclude(pk=self.pk).update(is_default=None)
            self.is_default = True
            self.save(update_fields=["is_default"])


class Outcome(models.TextChoices):
    """How an action ended."""

    DONE = "done"
    FAILED = "failed"


def in_words(action: str) -> str:
    """Write an action as a page does: "set_default" -> "set default"."""
    return action.replace("_", " ")


class ModelEvent(models.Model):
    """What was done to the models, by whom, and how it ended; nothing changes or deletes it.

    Without an actor it was the site itself. Actions are words such as "register" or "set_default".
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    actor_name = models.CharField(max_length=150, blank=True, editable=False)
    action = models.CharField(max_length=40, editable=False)
    version = models.CharField(max_length=100, blank=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE, editable=False)
    details = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["at", "id"], name="model_event_by_age")]

    def __str__(self) -> str:
        return f"{self.action} {self.version}".strip()

    @property
    def action_in_words(self) -> str:
        """The action as a page writes it."""
        return in_words(self.action)

    @classmethod
    def record(
        cls,
        action: str,
        version: str = "",
        *,
        actor: AbstractBaseUser | None = None,
        outcome: Outcome = Outcome.DONE,
        details: str = "",
    ) -> Self:
        """Write down what was done; the actor's name stays when the account is gone."""
        return cls.objects.create(
            action=action,
            version=version,
            actor_id=actor.pk if actor else None,
            actor_name=actor.get_username() if actor else "",
            outcome=outcome,
            details=details,
        )


class ApprovedArchive(models.Model):
    """An archive that a superuser has uploaded: beside those of SHA256SUMS, it may be registered."""

    name = models.CharField(max_length=200, unique=True)
    version = models.CharField(max_length=100, unique=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name
