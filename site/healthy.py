"""The image's health check: exit 0 when the site on this machine can serve, 1 when not, with the reason."""

import os
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException

PORT = 8000
SECONDS = 6


def host(allowed: str) -> str:
    """Return a name that the site answers to: "*,.example.org" -> "example.org"; with none, 127.0.0.1."""
    names = (name.strip().removeprefix(".") for name in allowed.split(","))
    return next((name for name in names if name and name != "*"), "127.0.0.1")


def status(name: str) -> int:
    """Ask /readyz under this name; OSError or HTTPException where nobody answers."""
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)) as connection:
        connection.request("GET", "/readyz", headers={"Host": name})
        return connection.getresponse().status


def main() -> None:
    """Exit as Docker expects."""
    try:
        found = status(host(os.environ.get("ALLOWED_HOSTS", "")))
    except (OSError, HTTPException) as error:
        sys.exit(f"The site does not answer: {error}")
    if found != 200:
        sys.exit(f"The site is not ready: {found}")


if __name__ == "__main__":
    main()
