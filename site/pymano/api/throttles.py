"""How often a user may ask, whichever process answers."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from pymano.api.models import Allowance


class PredictionThrottle(SimpleRateThrottle):
    """Counts the readings that a user asks for, by whatever way they signed in."""

    def get_rate(self) -> str:
        """Return the rate of the settings, "240/min"."""
        return str(settings.THROTTLE_PREDICTIONS)

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Count this request; False when there were too many."""
        quota, period = self.parse_rate(self.get_rate())  # None only without a rate
        self._seconds = Allowance.take(
            int(request.user.pk or 0), quota=quota or 1, period=period or 60, now=self.timer()
        )
        return not self._seconds

    def wait(self) -> float:
        """Return the seconds after which one more is let through."""
        return self._seconds
