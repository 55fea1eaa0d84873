"""How often a user may ask."""

from django.conf import settings
from rest_framework.throttling import UserRateThrottle


class PredictionThrottle(UserRateThrottle):
    """Counts the readings that a user asks for, by whatever way they signed in."""

    scope = "predictions"

    def get_rate(self) -> str:
        """Return the rate of the settings, "240/min"."""
        return str(settings.THROTTLE_PREDICTIONS)
