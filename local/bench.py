"""`make bench`: one table from one run on this machine: recogniser in process, TorchServe, the whole site.

Everything reads the same ink, written for this purpose. Load is bounded: a fixed number of readings a row.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests
import torch

from crnn import ink
from crnn.recogniser import Recogniser
from local import environment, loopback
from local.ports import free_ports
from local.torchserve import TorchServe
from local.website import Site
from training import archive_files

_READINGS = 200
_WORD = [[[x, 40 + 40 * (x // 10 % 2)] for x in range(0, 200, 5)], [[60, 20], [61, 20]]]
_LINE = [[[x + 220 * word, y] for x, y in stroke] for word in range(6) for stroke in _WORD]


@dataclass(frozen=True)
class Row:
    """What one way of asking gave: times of single answers in ms, and answers a second."""

    what: str
    median: float
    late: float
    """The 99th percentile."""
    rate: float

    def __str__(self) -> str:
        return f"{self.what:<44}{self.median:>9.1f}{self.late:>9.1f}{self.rate:>11.1f}"


def measure(
    what: str, ask: Callable[[], object], clients: int = 1, count: int = _READINGS, each: int = 1
) -> Row:
    """Ask `count` times from `clients` threads; each answer holds `each` readings."""

    def timed(_: int) -> float:
        begun = time.perf_counter()
        ask()
        return (time.perf_counter() - begun) * 1000

    ask()
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        times = sorted(pool.map(timed, range(count)))
    rate = count * each / (time.perf_counter() - begun)
    return Row(what, statistics.median(times), times[min(len(times) - 1, int(0.99 * len(times)))], rate)


def in_process(recogniser: Recogniser) -> Iterator[Row]:
    """PyTorch alone, one thread."""
    word, line = (ink.draw(ink.parse(strokes)) for strokes in (_WORD, _LINE))
    yield measure("PyTorch, a word, best path", lambda: recogniser.read([word], "best-path"))
    yield measure("PyTorch, a word, beam", lambda: recogniser.read([word]))
    yield measure("PyTorch, a line, beam", lambda: recogniser.read([line]))
    yield measure("PyTorch, 32 words, beam", lambda: recogniser.read([word] * 32), count=20, each=32)


def over_http(what: str, url: str, headers: dict[str, str]) -> Iterator[Row]:
    """A server, by JSON ink, with one client and with sixteen."""
    bodies = {"a word": json.dumps({"strokes": _WORD}), "a line": json.dumps({"strokes": _LINE})}
    with loopback.session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))
        session.headers.update({"Content-Type": "application/json"} | headers)
        for name, body in bodies.items():
            for clients in (1, 16):
                yield measure(
                    f"{what}, {name}, clients: {clients}", partial(_post, session, url, body), clients
                )


def _post(session: requests.Session, url: str, body: str) -> None:
    session.post(url, data=body, timeout=30).raise_for_status()


@contextmanager
def product(folder: Path) -> Iterator[tuple[TorchServe, Site, dict[str, str]]]:
    """TorchServe and a site with a database of its own, and the headers of a signed-in program."""
    torchserve = TorchServe(folder / "torchserve", workers=os.cpu_count() or 1)
    settings = environment.complete({}) | {
        "DATA_DIR": str(folder / "data"),
        "TORCHSERVE_INFERENCE_URL": torchserve.inference_url,
        "TORCHSERVE_MANAGEMENT_URL": torchserve.management_url,
        "THROTTLE_PREDICTIONS": "1000000/min",
    }
    site = Site(free_ports(1)[0], settings, folder)
    torchserve.start()
    try:
        site.prepare()
        site.start()
        site.wait()
        torchserve.wait()
        yield torchserve, site, {"Authorization": f"Bearer {_token(site, settings)}"}
    finally:
        site.stop()
        torchserve.stop()


def _token(site: Site, settings: dict[str, str]) -> str:
    who = {"username": "bob", "password": settings[environment.password_name("bob")]}
    with loopback.session() as session:
        answer = session.post(f"{site.url}/api/v1/token/", json=who, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["access"])


def rows() -> Iterator[Row]:
    """Every row of the table, as it is measured."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from in_process(Recogniser(archive_files.load(archive_files.newest(), folder)))
        with product(folder) as (torchserve, site, headers):
            yield from over_http("TorchServe", f"{torchserve.inference_url}/predictions/crnn", {})
            yield from over_http("The site", f"{site.url}/api/v1/predictions/", headers)


def table(measured: Iterable[Row]) -> Iterator[str]:
    """The lines of the table."""
    yield f"{os.cpu_count()} cores; {_READINGS} answers a row; times of one answer"
    yield f"{'':<44}{'median ms':>9}{'p99 ms':>9}{'readings/s':>11}"
    yield from map(str, measured)


def main() -> None:
    """Print the table line by line."""
    for line in table(rows()):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
