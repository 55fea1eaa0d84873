"""A stand-in for one TorchServe's management API, which remembers its versions and what it was asked to do.

    with FakeManagement({"1.0": 1, "1.1": 2}, default="1.1") as fake:
        settings.TORCHSERVE_MANAGEMENT_URL = fake.url

An archive crnn-X.mar holds version X, unless `refuses` has an answer for its name.
"""

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.listening import Listener


class FakeManagement(Listener):
    """One replica, on a loopback port."""

    def __init__(self, versions: Mapping[str, int], default: str) -> None:
        self.workers = dict(versions)
        self.default: str | None = default
        self.states: dict[str, list[str]] = {}
        """States of a version's workers, where they are not all READY."""
        self.archives: dict[str, str] = {}
        """The archive of a version, where it is another than its name says."""
        self.refuses: dict[str, tuple[int, str]] = {}
        """Status and message, by the name of an archive, or by the version for a change of workers."""
        self.dies: set[str] = set()
        """Versions whose new workers die as they load, and are started anew again and again."""
        self.hangs: set[str] = set()
        """Versions whose new workers never end loading."""
        self.busy_with: set[str] = set()
        """Archives whose registration keeps the server from saying anything for a second."""
        self._loading: dict[str, int] = {}
        """Versions that are being loaded, and how often somebody has looked at them."""
        self.overtaken: dict[str, bool] = {}
        """Archives that somebody else is just registering, and whether their workers will start."""
        self._busy_until = 0.0
        self.changes: list[str] = []
        self.lock = threading.Lock()
        super().__init__(_Server, _Handler)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def wait_while_busy(self) -> None:
        time.sleep(max(0.0, self._busy_until - time.monotonic()))

    def be_busy(self) -> None:
        self._busy_until = time.monotonic() + 1

    def begin_to_load(self, version: str, workers: int) -> None:
        """Have a version with so many workers that can read when it is looked at for the second time."""
        self.workers[version] = workers
        self._loading[version] = 0

    def forget(self, version: str) -> None:
        """Have nothing of a version that was dropped."""
        self.states.pop(version, None)
        self._loading.pop(version, None)

    def look_at(self, version: str) -> dict[str, Any]:
        """Describe a version that somebody may be waiting for."""
        if version in self._loading:
            self._loading[version] += 1
            if self._loading[version] > 1 and version not in self.dies | self.hangs:
                del self._loading[version]
        return self.described(version)

    def load_for_another(self, version: str, *, starts: bool) -> None:
        """Have a version that cannot read yet, and a moment later one that can, or none."""
        self.workers[version], self.states[version] = 2, ["UNLOADING"]

        def end() -> None:
            with self.lock:
                del self.states[version]
                if not starts:
                    del self.workers[version]

        threading.Timer(0.2, end).start()

    def described(self, version: str) -> dict[str, Any]:
        count = self.workers[version]
        state = "UNLOADING" if version in self._loading else "READY"
        states = self.states.get(version, [state] * count)
        lives = self._loading.get(version, 1) if version in self.dies else 1
        return {
            "modelName": "crnn",
            "modelVersion": version,
            "modelUrl": self.archives.get(version, f"crnn-{version}.mar"),
            "minWorkers": count,
            "maxWorkers": count,
            "batchSize": 4,
            "maxBatchDelay": 5,
            "workers": [
                {
                    "id": str(i),
                    "status": state,
                    "pid": 100 * lives + i,
                    "startTime": f"2026-01-02T03:04:0{i}.000Z",
                }
                for i, state in enumerate(states)
            ],
            "jobQueueStatus": {"remainingCapacity": 97, "pendingRequests": 3},
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    fake: FakeManagement


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    @property
    def fake(self) -> FakeManagement:
        return self.server.fake

    def do_GET(self) -> None:
        self.fake.wait_while_busy()
        with self.fake.lock:
            if not self.fake.workers:
                self._refuse(404, "Model not found: crnn")
            elif self.path.endswith("/all"):
                self._say(200, [self.fake.described(version) for version in sorted(self.fake.workers)])
            else:
                self._describe(unquote(self.path).split("/")[3:])

    def _describe(self, named: list[str]) -> None:
        version = named[0] if named else str(self.fake.default)
        if version in self.fake.workers:
            self._say(200, [self.fake.look_at(version)])
        else:
            self._refuse(404, f"Model version: {version} does not exist for model: crnn")

    def do_POST(self) -> None:
        query = self._query()
        name = query["url"]
        with self.fake.lock:
            self.fake.changes.append(f"register {name} {query['initial_workers']}")
            version = name.removeprefix("crnn-").removesuffix(".mar")
            if name in self.fake.overtaken:
                self.fake.load_for_another(version, starts=self.fake.overtaken.pop(name))
            if version in self.fake.workers:
                self._refuse(409, f"Model version {version} is already registered for model crnn")
                return
            if name in self.fake.refuses:
                self._refuse(*self.fake.refuses[name])
                return
            if name in self.fake.busy_with:
                self.fake.be_busy()
            self.fake.begin_to_load(version, int(query["initial_workers"]))
            self.fake.default = self.fake.default or version
            self._accept(query)

    def do_PUT(self) -> None:
        _, _, _, version, *rest = unquote(urlsplit(self.path).path).split("/")
        with self.fake.lock:
            self.fake.changes.append(" ".join([*rest, version, self._query().get("min_worker", "")]).strip())
            if version not in self.fake.workers:
                self._refuse(404, "no such version")
            elif version in self.fake.refuses:
                self._refuse(*self.fake.refuses[version])
            elif rest:
                self.fake.default = version
                self._say(200, {"status": "default"})
            else:
                self.fake.begin_to_load(version, int(self._query()["min_worker"]))
                self._accept(self._query())

    def do_DELETE(self) -> None:
        version = unquote(self.path).split("/")[3]
        with self.fake.lock:
            self.fake.changes.append(f"unregister {version}")
            if version == self.fake.default:
                self._refuse(403, "Cannot remove default version for model crnn")
            elif self.fake.workers.pop(version, None) is None:
                self._refuse(404, "no such version")
            else:
                self.fake.forget(version)
                self._say(200, {"status": "unregistered"})

    def _accept(self, query: dict[str, str]) -> None:
        """Promise to start workers; TorchServe would wait for them where it is not told not to."""
        assert query["synchronous"] == "false"
        self._say(202, {"status": "Processing worker updates..."})

    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def _refuse(self, status: int, message: str) -> None:
        self._say(status, {"code": status, "type": "Exception", "message": message})

    def _say(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # who asked has waited long enough
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
