"""The Django site on this machine, under gunicorn: prepared, started and stopped."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from local import loopback, processes

ROOT = Path(__file__).resolve().parent.parent

_READY_SECONDS = 30.0
_STOP_SECONDS = 15.0


class SiteError(RuntimeError):
    """The site cannot be started; the message says why, in one line."""


@dataclass
class Site:
    """The Django site under gunicorn, on a port of the loopback address."""

    port: int
    settings: Mapping[str, str]
    folder: Path
    """Where the log and the metrics of its processes go."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Bring the database up to date and make the demo users."""
        data = Path(self.settings.get("DATA_DIR", ROOT / ".run" / "data"))
        try:
            (data / "static").mkdir(parents=True, exist_ok=True)  # or whitenoise warns, though it is not used
        except OSError as error:
            raise SiteError(f"the data cannot lie in {data}: {error.strerror}") from error
        for command in ("migrate", "createcachetable", "create_demo_users"):
            self.manage(command)

    def manage(self, *command: str) -> str:
        """Run a command of manage.py and return what it prints; SiteError where it fails."""
        answer = subprocess.run(
            [sys.executable, "manage.py", *command, "--verbosity", "0"],
            cwd=ROOT,
            env=environment(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            last = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise SiteError(f"manage.py {command[0]} failed: {last}")
        return answer.stdout

    def start(self) -> int:
        """Start gunicorn and return at once, with the number of its process; its log goes to `site.log`."""
        metrics = self.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        command = [sys.executable, "-m", "gunicorn", "--config", "site/gunicorn.conf.py", "pymano.wsgi"]
        with (self.folder / "site.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{self.port}"],
                cwd=ROOT,
                env=environment(self.settings) | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._process.pid

    def wait(self) -> None:
        """Return once the site answers."""
        deadline = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if not self.is_running() or time.monotonic() > deadline:
                raise SiteError(f"The site did not start; see {self.folder / 'site.log'}.")
            time.sleep(0.2)

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def reload(self) -> None:
        """Have gunicorn start new processes and end the old ones gently, while it listens on."""
        assert self._process is not None  # noqa: S101
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End the site gently, then not; nothing where it does not run."""
        if self._process is None:
            return
        processes.end(self._process, _STOP_SECONDS)
        self._process = None

    def _answers(self) -> bool:
        try:
            return loopback.get(f"{self.url}/healthz").ok
        except requests.RequestException:
            return False


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return what the site's processes are started with: this environment, and its settings."""
    fixed = {"DJANGO_SETTINGS_MODULE": "pymano.settings", "STATIC_COLLECTED": "off"}
    return dict(os.environ) | fixed | dict(settings)
