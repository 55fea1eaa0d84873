"""What the image runs: TorchServe with one archive that SHA256SUMS lists, its hash checked first.

An archive is a program: none that is not listed is served. MODEL_ARCHIVE names one; otherwise it is the
newest, which is listed last.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
STORE = Path("/model_store")


class ArchiveError(RuntimeError):
    """There is no archive to serve; the message says why, in one line."""


def listed(store: Path) -> dict[str, str]:
    """The archives that may be served, oldest first: name -> SHA-256; ArchiveError where there are none."""
    try:
        lines = (store / "SHA256SUMS").read_text().splitlines()
        pairs = (line.split() for line in lines)
        archives = {name: digest for digest, name in pairs}
    except (OSError, ValueError):
        archives = {}
    if not archives:
        raise ArchiveError("model_store/SHA256SUMS lists no archive")
    return archives


def shipped_archive(store: Path, name: str = "") -> Path:
    """The archive of this name, or the newest, its hash checked; ArchiveError where it does not hold."""
    archives = listed(store)
    chosen = name or list(archives)[-1]
    archive = store / chosen
    if chosen not in archives:
        raise ArchiveError(f"model_store/SHA256SUMS does not list {chosen}")
    if not archive.is_file():
        raise ArchiveError(f"model_store/{chosen} is missing")
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != archives[chosen]:
        raise ArchiveError(f"model_store/{chosen} is not the file that SHA256SUMS lists")
    return archive


def forget_unpacked(scratch: Path) -> None:
    """Remove archives that an earlier run has unpacked: a container may start anew with the same /tmp."""
    shutil.rmtree(scratch / "models", ignore_errors=True)


def command(archive: Path) -> list[str]:
    """What starts the server with this archive."""
    return [
        "torchserve",
        "--start",
        "--foreground",
        "--ncs",
        *("--ts-config", str(HERE / "config.properties")),
        *("--log-config", str(HERE / "log4j2.xml")),
        *("--model-store", str(archive.parent)),
        *("--models", f"crnn={archive.name}"),
    ]


def run(arguments: list[str]) -> int:
    """Run until everything has ended; SIGTERM goes to the whole group, because the launcher passes none on.

    Returns what the launcher exited with, as a shell tells it: 128 and a signal's number; 0 after SIGTERM.
    As a container's first process this one inherits what the launcher leaves behind: Java and the workers.
    """
    # One that comes before there is somebody to pass it to waits.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    server = subprocess.Popen(arguments, start_new_session=True, preexec_fn=_hear)  # noqa: PLW1509  # one thread
    told = []

    def end(*_: object) -> None:
        told.append(True)
        os.killpg(server.pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    _hear()
    code = 0
    with suppress(ChildProcessError):
        while True:
            pid, status = os.wait()
            if pid == server.pid:
                code = os.waitstatus_to_exitcode(status)
    if told:
        return 0
    return code if code >= 0 else 128 - code


def _hear() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def main() -> None:
    """Serve, or say in one line why not."""
    try:
        archive = shipped_archive(STORE, os.environ.get("MODEL_ARCHIVE", ""))
    except ArchiveError as error:
        sys.exit(f"TorchServe is not started: {error}")
    forget_unpacked(Path(tempfile.gettempdir()))
    if status := run(command(archive)):
        sys.exit(status)


if __name__ == "__main__":
    main()
