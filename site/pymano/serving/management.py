"""TorchServe's management API: what one replica serves, and how that is changed.

A call goes to one replica, by its own address, and ends by the replica's deadline.

    ManagementError
    ├── Away       no connection, or it broke
    ├── Slow       no answer in time; what was asked for may yet be done
    ├── Rejected   it will not do it: the archive or the request is at fault
    └── Garbled    its answer is not understood
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError as BrokenAnswer
from urllib3.exceptions import ReadTimeoutError

from pymano.serving import answers, transport
from pymano.serving.answers import Unintelligible

CONNECT_SECONDS: Final = 1.0
ASK_SECONDS: Final = 3.0
SHORTEST_SECONDS: Final = 0.1
DONE: Final = {200, 202}


class ManagementError(Exception):
    """The call did not do what was asked. str() is for the log, never for a page."""


class Away(ManagementError):
    """The replica cannot be reached."""


class Slow(ManagementError):
    """The replica did not answer in time."""


class Garbled(ManagementError):
    """The replica's answer is not understood."""


class Rejected(ManagementError):
    """The replica refused, with this HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


@dataclass(frozen=True)
class Worker:
    """One process that reads. States are TorchServe's: READY, LOADING, UNLOADING, …"""

    status: str
    pid: int | None
    since: datetime | None


@dataclass(frozen=True)
class LoadedVersion:
    """One version, as a replica describes it."""

    version: str
    archive: str
    workers: tuple[Worker, ...]
    fewest_workers: int
    most_workers: int
    batch_size: int | None
    batch_delay_ms: int | None
    queue_free: int | None
    queue_waiting: int | None

    @property
    def ready(self) -> int:
        """How many workers can read now."""
        return sum(worker.status == "READY" for worker in self.workers)

    @property
    def workers_by_state(self) -> dict[str, int]:
        """How many workers are in each state: {"READY": 2}."""
        return dict(Counter(worker.status for worker in self.workers))

    @property
    def since(self) -> datetime | None:
        """When the eldest of its workers began; a version that never lost one was loaded then."""
        return min((worker.since for worker in self.workers if worker.since), default=None)

    @property
    def is_ready(self) -> bool:
        """Whether all the workers can read that it is told to have."""
        return 0 < self.most_workers <= self.ready

    @property
    def pids(self) -> set[int]:
        """Numbers of its workers' processes; one that has not begun yet has none (TorchServe says -1)."""
        return {worker.pid for worker in self.workers if worker.pid and worker.pid > 0}

    def has_workers(self, count: int) -> bool:
        """Whether it is told to have just so many workers."""
        return self.fewest_workers == self.most_workers == count


@dataclass(frozen=True)
class Served:
    """All that a replica serves, and which version is its default."""

    versions: tuple[LoadedVersion, ...]
    default: str | None

    def get(self, version: str) -> LoadedVersion | None:
        """Return the version of this name, where it is served."""
        return next((one for one in self.versions if one.version == version), None)


@dataclass(frozen=True)
class Replica:
    """One TorchServe; its calls end by the deadline, in the seconds of time.monotonic()."""

    url: str
    deadline: float

    def served(self) -> Served:
        """Return what it serves."""
        with _errors():
            found = self._describe("/all")
            return Served(tuple(map(_version, found)), _default(self._describe("")) if found else None)

    def loaded(self, version: str) -> LoadedVersion | None:
        """Return what it says of one version, or None where it does not serve it."""
        return next(map(_version, self._describe(f"/{_quoted(version)}")), None)

    def register(self, archive: str, workers: int) -> None:
        """Begin to load an archive of its model store, with so many workers, and return at once.

        Asked to wait for them, TorchServe would hold one of the few threads that take requests for readings.
        """
        self._call(
            "POST",
            "/models",
            url=archive,
            model_name=settings.TORCHSERVE_MODEL,
            initial_workers=str(workers),
            synchronous="false",
        )

    def unregister(self, version: str) -> None:
        """Drop a version that is not the default."""
        self._call("DELETE", _path(version))

    def set_workers(self, version: str, count: int) -> None:
        """Begin to start or end workers of a version, until there are so many, and return at once."""
        self._call("PUT", _path(version), min_worker=str(count), max_worker=str(count), synchronous="false")

    def set_default(self, version: str) -> None:
        """Have a version read where none is asked for."""
        self._call("PUT", f"{_path(version)}/set-default")

    def _describe(self, suffix: str) -> list[dict[str, Any]]:
        try:
            body = self._call("GET", f"/models/{_quoted(settings.TORCHSERVE_MODEL)}{suffix}")
        except Rejected as error:
            if error.status == 404:
                return []
            raise
        return answers.versions_in(body)

    def _call(self, method: str, path: str, **query: str) -> bytes:
        limit = ASK_SECONDS if method == "GET" else float("inf")
        left = max(SHORTEST_SECONDS, min(limit, self.deadline - time.monotonic()))
        with (
            _errors(),
            transport.connections() as http,
            http.request(
                method,
                f"{self.url}{path}",
                params=query,
                timeout=(min(CONNECT_SECONDS, left), left),
                stream=True,
                allow_redirects=False,
            ) as response,
        ):
            body = transport.content(response, time.monotonic() + left)
        if response.status_code not in DONE:
            raise Rejected(response.status_code, answers.message_in(body))
        return body


def _path(version: str) -> str:
    return f"/models/{_quoted(settings.TORCHSERVE_MODEL)}/{_quoted(version)}"


def _quoted(name: str) -> str:
    return quote(name, safe="")


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what the transport and the parser raise into the errors of this module."""
    try:
        yield
    except (requests.ReadTimeout, ReadTimeoutError) as error:
        raise Slow(str(error)) from error
    except requests.ConnectionError as error:
        raise Away(str(error)) from error
    except (requests.RequestException, BrokenAnswer, Unintelligible) as error:
        raise Garbled(str(error)) from error


def _default(described: list[dict[str, Any]]) -> str | None:
    return answers.text_in(described[0], "modelVersion") if described else None


def _version(said: dict[str, Any]) -> LoadedVersion:
    queue = said.get("jobQueueStatus")
    queue = queue if isinstance(queue, dict) else {}
    return LoadedVersion(
        version=answers.text_in(said, "modelVersion"),
        archive=answers.text_in(said, "modelUrl").rpartition("/")[2],
        workers=tuple(_worker(worker) for worker in answers.objects_in(said, "workers")),
        fewest_workers=_number(said, "minWorkers") or 0,
        most_workers=_number(said, "maxWorkers") or 0,
        batch_size=_number(said, "batchSize"),
        batch_delay_ms=_number(said, "maxBatchDelay"),
        queue_free=_number(queue, "remainingCapacity"),
        queue_waiting=_number(queue, "pendingRequests"),
    )


def _worker(said: dict[str, Any]) -> Worker:
    return Worker(answers.text_in(said, "status"), _number(said, "pid"), _time(said.get("startTime")))


def _number(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if isinstance(value, int) else None


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None
