"""`make run`: TorchServe and the site on this machine, until Ctrl-C."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from local import environment, loopback
from local.leftovers import Leftovers
from local.ports import is_free
from local.torchserve import TorchServe, TorchServeError

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".run"
_SITE_READY_SECONDS = 30.0
_SITE_STOP_SECONDS = 15.0


class CannotRunError(RuntimeError):
    """Why the product cannot run, in one line for the person at the terminal."""


@dataclass(frozen=True)
class Site:
    """The Django site under gunicorn, on a port of the loopback address."""

    port: int
    settings: Mapping[str, str]
    folder: Path = STATE
    """Where the log and the metrics of its processes go."""

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Bring the database up to date and make the demo users."""
        data = Path(self.settings.get("DATA_DIR", STATE / "data"))
        (data / "static").mkdir(parents=True, exist_ok=True)  # or whitenoise warns, though it is not used
        for command in (["migrate"], ["createcachetable"], ["create_demo_users"]):
            answer = subprocess.run(
                [sys.executable, "manage.py", *command, "--verbosity", "0"],
                cwd=ROOT,
                env=self._environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            if answer.returncode:
                last = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
                raise CannotRunError(f"manage.py {command[0]} failed: {last}")

    def start(self) -> subprocess.Popen[bytes]:
        """Start gunicorn; its log goes to `site.log`."""
        metrics = self.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        command = [sys.executable, "-m", "gunicorn", "pymano.wsgi", "--pythonpath", "site"]
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4", "--timeout", "30"]
        # Whose X-Forwarded-… is believed is for the site to say; gunicorn would believe this whole machine.
        options += ["--no-control-socket", "--forwarded-allow-ips", ""]
        with (self.folder / "site.log").open("ab") as log:
            return subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                env=self._environment() | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Return once the site answers."""
        deadline = time.monotonic() + _SITE_READY_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotRunError(f"The site did not start; see {self.folder / 'site.log'}.")
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            return loopback.get(f"{self.url}/healthz").ok
        except requests.RequestException:
            return False

    def _environment(self) -> dict[str, str]:
        fixed = {"DJANGO_SETTINGS_MODULE": "pymano.settings", "STATIC_COLLECTED": "off"}
        return dict(os.environ) | fixed | dict(self.settings)


def main() -> None:
    """Start everything, say where, and stop everything at Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _alone():
            leftovers = Leftovers(STATE / "processes.json")
            leftovers.end()
            _run(_port(), leftovers)
    except KeyboardInterrupt:
        _say("Stopped.")
    except (CannotRunError, TorchServeError, environment.UnreadableError) as error:
        raise SystemExit(f"make run: {error}") from error


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotRunError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    if not is_free(int(text)):
        raise CannotRunError(f"Port {text} is in use. Choose another: make run PORT={int(text) % 65535 + 1}")
    return int(text)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of this folder, so that two `make run` do not share one database and one log."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotRunError("It runs already, from this very folder.") from error
        yield


def _run(port: int, leftovers: Leftovers) -> None:
    torchserve = TorchServe(STATE / "torchserve", workers=min(2, os.cpu_count() or 1))
    settings = environment.complete(environment.load()) | {
        "TORCHSERVE_INFERENCE_URL": torchserve.inference_url,
        "TORCHSERVE_MANAGEMENT_URL": torchserve.management_url,
    }
    environment.save(settings)
    site = Site(port, settings)
    process: subprocess.Popen[bytes] | None = None
    try:
        leftovers.remember(torchserve.start())
        site.prepare()
        process = site.start()
        leftovers.remember(process.pid)
        site.wait(process)
        torchserve.wait()
        _announce(site, settings)
        _watch(torchserve, process, leftovers)
    finally:
        stop(process)
        torchserve.stop()


def _announce(site: Site, settings: Mapping[str, str]) -> None:
    _say(f"\nPymano reads at {site.url}   (Ctrl-C stops it)\n")
    for user in environment.DEMO_USERS:
        _say(f"  {user:<8}{settings[environment.password_name(user)]}")
    _say(f"\nLogs and data: {STATE}")


def _watch(torchserve: TorchServe, site: subprocess.Popen[bytes], leftovers: Leftovers) -> None:
    """Wait for ever; a TorchServe that dies is started again, a site that dies ends the run."""
    while True:
        if site.poll() is not None:
            raise CannotRunError(f"The site ended; see {STATE / 'site.log'}.")
        if not torchserve.is_running():
            _say("TorchServe ended; starting it again.")
            leftovers.remember(torchserve.start())
        time.sleep(1)


def stop(process: subprocess.Popen[bytes] | None) -> None:
    """End a process gently, then not; nothing where there is none."""
    if process is None:
        return
    process.terminate()
    try:
        process.wait(_SITE_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
