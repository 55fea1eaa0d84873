"""A small disk, and one that is full."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PIECE = 4096


@contextmanager
def small(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own at a folder, in memory; PermissionError where this process may not mount one."""
    folder.mkdir(parents=True)
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "pymano-faults", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mount.returncode:
        raise PermissionError(mount.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """The disk of this folder takes nothing more, until the block ends."""
    ballast = folder / "ballast"
    try:
        with ballast.open("wb") as file:
            _fill(file.fileno())
        yield
    finally:
        ballast.unlink()


def _fill(descriptor: int) -> None:
    try:
        while os.write(descriptor, bytes(_PIECE)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
