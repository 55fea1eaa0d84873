"""The loop that brings TorchServe to the versions that are wanted, started and stopped."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local import processes, website

_EVERY_SECONDS = 5
_STOP_SECONDS = 5.0


@dataclass
class ModelLoop:
    """`manage.py reconcile_models --every`, with the site's settings."""

    settings: Mapping[str, str]
    folder: Path
    """Where its log goes."""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start it and return the number of its process at once; its log goes to `models.log`."""
        with (self.folder / "models.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "reconcile_models", "--every", str(_EVERY_SECONDS)],
                cwd=website.ROOT,
                env=website.environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._process.pid

    def is_running(self) -> bool:
        """Tell whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it gently, then not; nothing where it does not run."""
        if self._process is None:
            return
        processes.end(self._process, _STOP_SECONDS)
        self._process = None
