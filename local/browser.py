"""Chromium for the browser tests: found, or installed where this user may."""

import shutil
from pathlib import Path

from local import debian

# Of one engine; without windows it opens a page in half the time.
PACKAGES = ("chromium-headless-shell", "chromium")
LOG = Path(__file__).resolve().parent.parent / ".run" / "chromium.log"


def chromium() -> str | None:
    """Path of Chromium, or of Chrome, or None."""
    names = (*PACKAGES, "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def install() -> bool:
    """Install Chromium by the first package that this Debian has; tell whether it is there now."""
    for package in PACKAGES:
        debian.install(package, log=LOG)
        if chromium():
            return True
    return False


def main() -> None:
    """Make sure of Chromium, or say what is missing; the tests then skip the browser's by name."""
    if chromium():
        return
    if not (debian.may_install() and install()):
        print("No Chromium: the browser tests will be skipped. On Debian, as root: apt install chromium")  # noqa: T201


if __name__ == "__main__":
    main()
