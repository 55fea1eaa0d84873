"""Where a request comes from, as far as this site's own proxies can vouch for it."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost trusted proxy saw, or "unknown" (a socket file has none).

    Each proxy adds to X-Forwarded-For the address that called it, at the end. So with n trusted proxies the
    n-th from the end is true, and what stands before it is the client's own invention: with none, all of it.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and hops:
        return without_port(hops[-min(trusted, len(hops))])
    return request.META.get("REMOTE_ADDR") or "unknown"


def without_port(hop: str) -> str:
    """Take off the port that some proxies add: "[::1]:80" -> "::1", "10.0.0.1:80" -> "10.0.0.1"."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
