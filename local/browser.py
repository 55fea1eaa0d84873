"""Chromium for the browser tests: found, or installed where this user may."""

import os
import shutil
import subprocess
from pathlib import Path

LOG = Path(__file__).resolve().parent.parent / ".run" / "chromium.log"


def chromium() -> str | None:
    """Path of Chromium, or of Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def install() -> bool:
    """Install Chromium by apt, as root on a Debian; tell whether it is there now."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w") as log:
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "chromium"]):
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, stdout=log, stderr=log, env=environment, check=False)
    return chromium() is not None


def main() -> None:
    """Make sure of Chromium, or say what is missing; the tests then skip the browser's by name."""
    if chromium():
        return
    may_install = os.geteuid() == 0 and shutil.which("apt-get")
    if not (may_install and install()):
        print("No Chromium: the browser tests will be skipped. On Debian, as root: apt install chromium")  # noqa: T201


if __name__ == "__main__":
    main()
