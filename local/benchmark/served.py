"""TorchServe and the whole site, asked over HTTP with ink, and what their processes use meanwhile."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local import environment, loopback
from local.benchmark import consumption
from local.benchmark.client import Client
from local.benchmark.measurement import USUAL, Entry, Figure, measure
from local.benchmark.specimen import LINE, WORD, Strokes
from local.ports import free_ports
from local.torchserve import TorchServe
from local.website import Site

MANY = 16
"""Clients that ask at once."""
TORCHSERVE, SITE = "TorchServe", "the site"

_SHAPES: tuple[tuple[str, Strokes], ...] = (("a word", WORD), ("a line", LINE))
_WORKER = "model_service_worker.py"
TO_WARM_UP = 600
"""Readings before any is counted: Java compiles what it runs often, every process has read."""
_TURNS, _A_TURN = 8, 40


@dataclass(frozen=True)
class Server:
    """Where readings are asked for, and the process that began it."""

    name: str
    url: str
    pid: int
    headers: Mapping[str, str] = field(default_factory=dict)


def rows(server: Server, count: int = USUAL) -> Iterator[Entry]:
    """A word and a line, from one client and from many, once the server is warm."""
    with Client(server.url, WORD, server.headers) as client:
        measure("to warm up", client.ask, MANY, TO_WARM_UP)
    for what, strokes in _SHAPES:
        for clients in (1, MANY):
            yield from _loaded(server, what, strokes, clients, count)


def _loaded(server: Server, what: str, strokes: Strokes, clients: int, count: int) -> Iterator[Entry]:
    with Client(server.url, strokes, server.headers) as client:
        before = consumption.cpu_ms(server.pid)
        yield measure(f"{server.name}: {what}, clients: {clients}", client.ask, clients, count)
        spent = consumption.cpu_ms(server.pid) - before
    if clients == MANY:
        title = f"{server.name}: CPU time of {what}, clients: {MANY}"
        yield Figure(title, spent / (count + 1), "ms a reading")


def added(server: Server, alone: Callable[[], object], turns: int = _TURNS, count: int = _A_TURN) -> Figure:
    """What an answer to one client takes longer than reading the word alone.

    The two take turns, so that what slows the machine for a while slows both.
    """
    with Client(server.url, WORD, server.headers) as client:
        longer = [
            measure("asked", client.ask, count=count).median - measure("alone", alone, count=count).median
            for _ in range(turns)
        ]
    return Figure(f"{server.name} adds to a word, one client, by turns", statistics.median(longer), "ms")


def kept(server: Server, alone: Callable[[], float], turns: int = _TURNS, count: int = USUAL) -> Figure:
    """Words a second with many clients, in parts of the rate of `alone`; the two take turns."""
    with Client(server.url, WORD, server.headers) as client:
        parts = [measure("asked", client.ask, MANY, count).rate / alone() for _ in range(turns)]
    what = f"{server.name}, {MANY} clients, against processes alone, by turns"
    return Figure(what, statistics.median(parts), "of their words/s")


def memory(torchserve: Server, site: Server) -> Iterator[Entry]:
    """What the largest worker of TorchServe and the site as a whole have held at most."""
    workers = [member for member in consumption.family(torchserve.pid) if _is_worker(member.cmdline())]
    largest = max(consumption.peak_mb([worker]) for worker in workers)
    yield Figure("TorchServe: peak memory of a worker", largest, "MB")
    whole = consumption.family(site.pid)
    yield Figure(f"the site: peak memory, processes: {len(whole)}", consumption.peak_mb(whole), "MB")


def _is_worker(command: list[str]) -> bool:
    return any(Path(word).name == _WORKER for word in command)


@contextmanager
def product(archive: Path, folder: Path, workers: int) -> Iterator[tuple[Server, Server]]:
    """TorchServe with an archive, and a site with a database of its own, both in `folder`."""
    torchserve = TorchServe(folder / "torchserve", workers, archive)
    settings = environment.complete({}) | {
        "DATA_DIR": str(folder / "data"),
        "TORCHSERVE_INFERENCE_URL": torchserve.inference_url,
        "TORCHSERVE_MANAGEMENT_URL": torchserve.management_url,
        "THROTTLE_PREDICTIONS": "1000000/min",
    }
    site = Site(free_ports(1)[0], settings, folder)
    try:
        reads = Server(TORCHSERVE, f"{torchserve.inference_url}/predictions/crnn", torchserve.start())
        site.prepare()
        started = site.start()
        site.wait()
        torchserve.wait(workers=workers)
        yield reads, Server(SITE, f"{site.url}/api/v1/predictions/", started, _signed_in(site, settings))
    finally:
        site.stop()
        torchserve.stop()


def _signed_in(site: Site, settings: Mapping[str, str]) -> dict[str, str]:
    """Headers of a program that asks for bob."""
    who = {"username": "bob", "password": settings[environment.password_name("bob")]}
    with loopback.session() as session:
        answer = session.post(f"{site.url}/api/v1/token/", json=who, timeout=10)
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access']}"}
