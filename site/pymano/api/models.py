"""How much of their quota of readings people have left."""

from django.conf import settings
from django.db import IntegrityError, models
from django.db.models import F, Value
from django.db.models.functions import Greatest

from pymano.recognition.reading import OwnerGoneError


class Allowance(models.Model):
    """One person's quota of readings: a bucket that refills evenly, kept as the time when it is full again.

    The generic cell rate algorithm (ITU-T I.371): each reading moves that time on by one interval, and is
    refused where it would then lie more than a whole period ahead.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    full_at = models.FloatField(default=0)
    """Seconds since the epoch."""

    def __str__(self) -> str:
        return f"{self.pk}: full at {self.full_at}"

    @classmethod
    def take(cls, user_id: int, *, quota: int, period: float, now: float) -> float:
        """Take one reading of `quota` in `period` seconds: 0, or the seconds to wait where none is left.

        One statement decides, so that requests at the same time cannot both take the last one.
        OwnerGoneError where the account was deleted meanwhile.
        """
        interval = period / quota
        enough = cls.objects.filter(user_id=user_id, full_at__lte=now + period - interval)
        later = Greatest(F("full_at"), Value(now)) + Value(interval)
        if enough.update(full_at=later):
            return 0
        try:
            allowance, _ = cls.objects.get_or_create(user_id=user_id)  # the first time there is none
        except IntegrityError as error:
            raise OwnerGoneError from error
        if enough.update(full_at=later):
            return 0
        return max(0.001, allowance.full_at + interval - period - now)
