"""The image's health check: exit 0 when the site on this machine can serve, 1 when not, with the reason."""

import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException

PORT = 8000
SECONDS = 6


def status() -> int:
    """Ask /readyz; OSError or HTTPException where nobody answers."""
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)) as connection:
        connection.request("GET", "/readyz")
        return connection.getresponse().status


def main() -> None:
    """Exit as Docker expects."""
    try:
        found = status()
    except (OSError, HTTPException) as error:
        sys.exit(f"The site does not answer: {error}")
    if found != 200:
        sys.exit(f"The site is not ready: {found}")


if __name__ == "__main__":
    main()
