"""A version on trial, and what is noted of each reading meanwhile."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from pymano.recognition.models import Prediction
from pymano.serving.models import ModelEvent, WantedVersion


class Kind(models.TextChoices):
    """How a version is tried: a canary answers a share of the people, a shadow is asked and never shown."""

    CANARY = "canary"
    SHADOW = "shadow"


class RolloutQuerySet(models.QuerySet["Rollout"]):
    """Many rollouts."""

    def running(self) -> Self:
        """Keep those that have not ended."""
        return self.filter(slot__isnull=False)


class Rollout(models.Model):
    """A version beside the default one. Of each kind one at most runs: its slot is its kind, later NULL.

    While it runs, its version cannot be unregistered. What ended it is told in plain words; without a person
    it was the site itself.
    """

    wanted = models.ForeignKey(
        WantedVersion, models.PROTECT, null=True, related_name="rollouts", editable=False
    )
    version = models.CharField(max_length=100, editable=False)
    against = models.CharField("compared with", max_length=100, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    slot = models.CharField(max_length=10, null=True, unique=True, editable=False)
    share = models.PositiveSmallIntegerField(
        "share of the people, %", default=5, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    minimum = models.PositiveIntegerField(
        "readings before the guard judges", default=20, validators=[MinValueValidator(10)]
    )
    slower = models.PositiveSmallIntegerField("slower by so much is allowed, %", default=25)
    looks = models.PositiveSmallIntegerField(default=0, editable=False)
    dropped = models.PositiveIntegerField(default=0, editable=False)
    started_at = models.DateTimeField("started", default=timezone.now, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    ended_at = models.DateTimeField("ended", null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    reason = models.TextField(blank=True, editable=False)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name, verbose_name_plural = "trial", "canaries and shadows"
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=1, share__lte=99), name="rollout_share_of_some"),
        ]

    def __str__(self) -> str:
        return f"{self.version} as a canary" if self.kind == Kind.CANARY else f"{self.version} in the shadow"

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.slot is not None

    def start(self, wanted: WantedVersion, against: str, *, by: AbstractBaseUser) -> None:
        """Begin; IntegrityError where one of its kind runs."""
        self.wanted, self.version, self.against, self.slot = wanted, wanted.version, against, self.kind
        self.started_by_id = by.pk
        with transaction.atomic():
            self.save(force_insert=True)
            told = f"{self.share} % of the people" if self.kind == Kind.CANARY else ""
            self._record("started", by, told)

    def change_share(self, share: int, *, by: AbstractBaseUser) -> bool:
        """Give it another share; who has it keeps it where the share grows. False where it has ended."""
        with transaction.atomic():
            if not self._while_running(share=share):
                return False
            self._record("share_changed", by, f"{self.share} % → {share} % of the people")
        self.share = share
        return True

    def end(self, reason: str, *, by: AbstractBaseUser | None) -> bool:
        """End it, once: False where it has ended already."""
        facts = {"ended_at": timezone.now(), "ended_by_id": by.pk if by else None, "reason": reason}
        with transaction.atomic():
            if not self._while_running(**facts, slot=None, wanted=None):
                return False
            self._record("ended", by, reason)
        self.refresh_from_db()
        return True

    def _while_running(self, **facts: object) -> bool:
        return bool(Rollout.objects.running().filter(pk=self.pk).update(**facts))

    def _record(self, what: str, by: AbstractBaseUser | None, details: str) -> None:
        ModelEvent.record(f"{self.kind}_{what}", self.version, actor=by, details=details)


class Role(models.TextChoices):
    """Who was asked."""

    DEFAULT = "default"
    CANARY = "canary"
    SHADOW = "shadow"


# How an observed reading ended where it ended well; else the name of what went wrong.
READ = "read"


class Observation(models.Model):
    """That a version was asked during a rollout, and how that went; of the text it holds nothing.

    A person is a pseudonym, the rollout's own. The prediction still is what this reading left as long as it
    was asked for at the same time; later readings of its drawing take it over.
    """

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="observations")
    at = models.DateTimeField(default=timezone.now)
    role = models.CharField(max_length=10, choices=Role)
    outcome = models.CharField(max_length=20)
    kind = models.CharField(max_length=30)
    duration_ms = models.PositiveIntegerField()
    person = models.CharField(max_length=16)
    prediction = models.ForeignKey(Prediction, models.SET_NULL, null=True, related_name="observations")
    asked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["rollout", "role", "id"], name="observation_of_role"),
            models.Index(fields=["at"], name="observation_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.outcome}"


class ShadowReading(models.Model):
    """What a shadow read, beside a prediction, and gone with it."""

    observation = models.OneToOneField(Observation, models.CASCADE, related_name="shadow_reading")
    prediction = models.ForeignKey(Prediction, models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    agrees = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.text


def keep(observations: Iterable[Observation]) -> None:
    """Write them down in one go, apart from whatever else is done."""
    with transaction.atomic():
        Observation.objects.bulk_create(observations)
