"""A throwaway MariaDB on this machine: a server with a data folder, a socket and a port of its own.

`python -m local.mariadb COMMAND …` runs a command beside one, with DATABASE_HOST and the like set for it;
without a command it only makes sure that there can be one.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local import debian, processes
from local.ports import free_ports

LOG = Path(__file__).resolve().parent.parent / ".run" / "mariadb.log"
# The server, and what the client library that Python speaks to it with is built from.
PACKAGES = ("mariadb-server", "libmariadb-dev", "pkg-config", "gcc", "libc6-dev", "python3-dev")
MISSING = f"No MariaDB: what needs one is skipped. On Debian, as root: apt install {' '.join(PACKAGES)}"

_READY_SECONDS = 60.0
_STOP_SECONDS = 30.0


class MariaDBError(RuntimeError):
    """The server cannot be had; the message says why, in one line."""


@dataclass
class MariaDB:
    """A server whose database `pymano`, and those that tests make beside it, belong to a user `pymano`."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What tells the site to use it."""
        return {
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(self.port),
            "DATABASE_NAME": "pymano",
            "DATABASE_USER": "pymano",
            "DATABASE_PASSWORD": self.password,
        }

    def create(self) -> None:
        """Make the data folder, start, and make the database and its user; MariaDBError where that fails."""
        installer = shutil.which("mariadb-install-db")
        if not (server() and installer):
            raise MariaDBError(MISSING)
        self._run([installer, *self._options(), "--auth-root-authentication-method=normal", "--skip-test-db"])
        self.start()
        self.wait()
        self.query(
            "CREATE DATABASE pymano;"
            f"CREATE USER pymano@'%' IDENTIFIED BY '{self.password}';"
            r"GRANT ALL ON pymano.* TO pymano@'%'; GRANT ALL ON `test\_%`.* TO pymano@'%';"
        )

    def start(self) -> None:
        """Start the server and return at once; its log goes to `mariadb.log` in the folder."""
        listening = [f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self._socket}"]
        quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--skip-name-resolve"]
        with (self.folder / "mariadb.log").open("ab") as log:
            self._process = subprocess.Popen(
                [server() or "mariadbd", *self._options(), *listening, *quick],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return once the server answers."""
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                self.query("SELECT 1")
            except MariaDBError:
                if not self.is_running() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def query(self, sql: str) -> str:
        """Run statements as root and return what the client prints; MariaDBError where the server says no."""
        command = ["mariadb", "--no-defaults", "--user=root", f"--socket={self._socket}", "--batch"]
        return self._run(command, given=sql)

    def stop(self) -> None:
        """End the server gently, then not; nothing where it does not run."""
        if self._process is None:
            return
        processes.end(self._process, _STOP_SECONDS)
        self._process = None

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    def _options(self) -> list[str]:
        """No configuration of the machine counts; root must say that it means to run it as root."""
        user = ["--user=root"] if os.geteuid() == 0 else []
        return ["--no-defaults", f"--datadir={self.folder / 'data'}", *user]

    def _run(self, command: list[str], given: str = "") -> str:
        answer = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        if answer.returncode:
            last = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise MariaDBError(f"{Path(command[0]).name}: {last} (see {self.folder / 'mariadb.log'})")
        return answer.stdout


def server() -> str | None:
    """Path of the server, or None; Debian keeps it where only root looks."""
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


def is_installed() -> bool:
    """Tell whether the server is there, and what its client library is built from."""
    return server() is not None and shutil.which("mariadb_config") is not None


def install() -> bool:
    """Install both where `debian.may_install`; tell whether they are there now."""
    debian.install(*PACKAGES, log=LOG)
    return is_installed()


@contextmanager
def throwaway() -> Iterator[MariaDB]:
    """A running server whose data is gone afterwards, in a folder with a short path: a socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="mariadb-") as folder:
        database = MariaDB(Path(folder))
        try:
            database.create()
            yield database
        finally:
            database.stop()


def main(command: list[str]) -> int:
    """Run the command beside a throwaway server; 1, and a line that says what is missing, without one."""
    if not (is_installed() or (debian.may_install() and install())):
        print(MISSING, file=sys.stderr)  # noqa: T201
        return 1
    if not command:
        return 0
    try:
        with throwaway() as database:
            return subprocess.run(command, env=os.environ | database.settings, check=False).returncode
    except MariaDBError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
