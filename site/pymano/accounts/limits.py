"""How often programs may try a password or make an account. The rates are in the settings, with allauth's."""

from allauth.core import ratelimit
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from pymano.accounts.models import User

FAILED_SIGN_INS_LAST = 300


class AttemptThrottle(BaseThrottle):
    """Counts attempts, failed or not, where allauth counts: in the shared cache, under a lock."""

    action: str
    window = 60

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Count this attempt; False when there were too many."""
        return bool(ratelimit.consume(request._request, action=self.action, key=self.tried(request)))

    def wait(self) -> float:
        """Return the seconds after which another attempt is surely let through."""
        return self.window

    def tried(self, request: Request) -> str:  # noqa: ARG002
        """Return what is counted apart, whatever address it comes from."""
        return ""


class TokenThrottle(AttemptThrottle):
    """Limits sign-ins by client address and by the name that is tried."""

    action = "token"

    def tried(self, request: Request) -> str:
        """Return the name, folded as names are stored."""
        name = request.data.get("username") if isinstance(request.data, dict) else None
        text = name[:254] if isinstance(name, str) else ""
        return User.normalize_username(text.strip().encode(errors="backslashreplace").decode())


class RegisterThrottle(AttemptThrottle):
    """Limits new accounts by client address."""

    action = "register"
