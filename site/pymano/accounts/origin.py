"""Where a request comes from, as far as this site's own proxies can vouch for it."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address that the outermost trusted proxy saw, or "unknown" (a socket file has none).

    Each proxy adds to X-Forwarded-For the address that called it, at the end. So with n trusted proxies the
    n-th from the end is true, and what stands before it is the client's own invention: with none, all of it.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    hop = hops[-min(trusted, len(hops))] if trusted and hops else ""
    return address(hop) or address(request.META.get("REMOTE_ADDR", "")) or "unknown"


def address(hop: str) -> str:
    """Return the address without the port that some proxies add, or nothing: "[::1]:80" -> "::1".

    IPv4 that came through an IPv6 socket is IPv4 again: "::ffff:10.0.0.1" -> "10.0.0.1".
    """
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        found = ip_address(hop)
    except ValueError:
        return ""
    return str(getattr(found, "ipv4_mapped", None) or found)
