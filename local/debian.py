"""Packages of Debian that tests need beside those of Python."""

import os
import shutil
import subprocess
from pathlib import Path


def may_install() -> bool:
    """Tell whether this user can have packages installed: root, on a Debian."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, log: Path) -> None:
    """Install packages by apt, which writes to `log`; whether they came is for the caller to see."""
    log.parent.mkdir(exist_ok=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with log.open("w") as file:
        for command in (["apt-get", "update"], ["apt-get", "install", "--yes", *packages]):
            subprocess.run(command, stdout=file, stderr=file, env=environment, check=False)
