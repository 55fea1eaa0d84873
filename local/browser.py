"""Chromium for the browser tests: found, or installed where this user may."""

import shutil
from pathlib import Path

from local import debian

LOG = Path(__file__).resolve().parent.parent / ".run" / "chromium.log"


def chromium() -> str | None:
    """Path of Chromium, or of Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def install() -> bool:
    """Install Chromium where `debian.may_install`; tell whether it is there now."""
    debian.install("chromium", log=LOG)
    return chromium() is not None


def main() -> None:
    """Make sure of Chromium, or say what is missing; the tests then skip the browser's by name."""
    if chromium():
        return
    if not (debian.may_install() and install()):
        print("No Chromium: the browser tests will be skipped. On Debian, as root: apt install chromium")  # noqa: T201


if __name__ == "__main__":
    main()
