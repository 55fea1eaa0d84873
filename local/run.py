"""`make run`: TorchServe, the site, and the loop that keeps its models, on this machine until Ctrl-C."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local import environment
from local.leftovers import Leftovers
from local.model_loop import ModelLoop
from local.ports import is_free
from local.torchserve import TorchServe, TorchServeError
from local.website import Site, SiteError

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".run"


class CannotRunError(RuntimeError):
    """Why the product cannot run, in one line for the person at the terminal."""


def main() -> None:
    """Start everything, say where, and stop everything at Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a background job begins with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        with _alone():
            leftovers = Leftovers(STATE / "processes.json")
            leftovers.end()
            _run(_port(), leftovers)
    except KeyboardInterrupt:
        _say("Stopped.")
    except (CannotRunError, SiteError, TorchServeError, environment.UnreadableError) as error:
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
    site = Site(port, settings, STATE)
    loop = ModelLoop(settings, STATE)
    try:
        leftovers.remember(torchserve.start())
        site.prepare()
        leftovers.remember(site.start())
        leftovers.remember(loop.start())
        site.wait()
        torchserve.wait()
        _announce(site, settings)
        _watch(torchserve, site, loop, leftovers)
    finally:
        loop.stop()
        site.stop()
        torchserve.stop()


def _announce(site: Site, settings: Mapping[str, str]) -> None:
    _say(f"\nPymano reads at {site.url}   (Ctrl-C stops it)\n")
    for user in environment.DEMO_USERS:
        _say(f"  {user:<8}{settings[environment.password_name(user)]}")
    _say(f"\nLogs and data: {STATE}")


def _watch(torchserve: TorchServe, site: Site, loop: ModelLoop, leftovers: Leftovers) -> None:
    """Wait for ever; a TorchServe or a loop that dies is started again, a site that dies ends the run."""
    while True:
        if not site.is_running():
            raise CannotRunError(f"The site ended; see {STATE / 'site.log'}.")
        if not torchserve.is_running():
            _say("TorchServe ended; starting it again.")
            leftovers.remember(torchserve.start())
        if not loop.is_running():
            _say(f"The loop that keeps the models ended; see {STATE / 'models.log'}. Starting it again.")
            leftovers.remember(loop.start())
        time.sleep(1)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
