"""The product for one fault after another: TorchServe, the site, eight users, and all that they were told."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from local import environment, people
from local.faults import ledger
from local.faults.answers import Answer
from local.faults.load import Load
from local.faults.seen import Seen
from local.faults.work import Question
from local.people import Person
from local.ports import free_ports
from local.torchserve import TorchServe
from local.website import Site

CLIENTS = 8
WORKERS = 2
_TOKENS_SECONDS = 420
"""Tokens last a quarter of an hour; whoever begins with them may take the other half of it."""


@dataclass
class Stack:
    """Both servers, and what they answered so far."""

    folder: Path
    torchserve: TorchServe
    site: Site
    torchserve_pid: int
    site_pid: int
    """Gunicorn's first process."""
    crew: Sequence[Person] = ()
    answers: list[Answer] = field(default_factory=list)
    unheard: list[Question] = field(default_factory=list)
    """What a process was reading or keeping when it was killed."""
    _headers: Sequence[Mapping[str, str]] = ()
    _signed_in: float = 0.0

    @property
    def users(self) -> Sequence[Mapping[str, str]]:
        """Headers of each one's requests; all sign in anew before their tokens run out."""
        if not self._headers or time.monotonic() > self._signed_in + _TOKENS_SECONDS:
            self._headers, self._signed_in = people.sign_in(self.crew), time.monotonic()
        return self._headers

    @property
    def media(self) -> Path:
        """Where pictures are stored."""
        return self.folder / "data" / "media"

    def suffer(self, what: str, fault: Callable[[], None]) -> Seen:
        """Have a fault happen under a steady load, which begins before and ends when all are served again.

        `fault` returns when its cause has gone, or when the product is left to heal by itself.
        """
        with self.load(Load(self.site.url, self.users)) as load:
            load.settle()
            begun = time.monotonic()
            fault()
            ended = time.monotonic()
            load.settle(ended)
        return Seen(what, [answer for answer in self.answers if answer.ended >= begun], ended)

    @contextmanager
    def load(self, load: Load) -> Iterator[Load]:
        """Run a load, and remember what its clients were told."""
        try:
            with load:
                yield load
        finally:
            self.answers += load.answers

    def crowd(self, each: int) -> Load:
        """A load of so many more clients for each user, who do not rest."""
        return Load(self.site.url, [*self.users] * each, first=len(self.users), rest=0)

    def discrepancies(self) -> list[str]:
        """What was promised so far and is not kept, and the other way round."""
        dump = json.loads(self.site.manage("dumpdata", "recognition.prediction"))
        return ledger.discrepancies(self.answers, ledger.rows(dump), ledger.files(self.media), self.unheard)

    def processes(self) -> list[psutil.Process]:
        """Those of gunicorn that answer."""
        return psutil.Process(self.site_pid).children()

    def signal_workers(self, number: signal.Signals) -> None:
        """Signal every worker of TorchServe that is ready now."""
        for pid in self.torchserve.ready_workers():
            os.kill(pid, number)

    def restart_site(self) -> None:
        """End the site gently, and start another in its place."""
        self.site.stop()
        self.site_pid = self.site.start()
        self.site.wait()


@contextmanager
def running(folder: Path, settings: Mapping[str, str], users: int = CLIENTS) -> Iterator[Stack]:
    """A stack in a folder, with some settings of the site and so many users; it ends with the block."""
    torchserve = TorchServe(folder / "torchserve", WORKERS)
    known = environment.complete({}) | {
        "DATA_DIR": str(folder / "data"),
        "TORCHSERVE_INFERENCE_URL": torchserve.inference_url,
        "TORCHSERVE_MANAGEMENT_URL": torchserve.management_url,
        "THROTTLE_PREDICTIONS": "1000000/min",
        "TRUSTED_PROXIES": "1",
    }
    site = Site(free_ports(1)[0], {**known, **settings}, folder)
    try:
        started = torchserve.start()
        site.prepare()
        stack = Stack(folder, torchserve, site, started, site.start())
        site.wait()
        torchserve.wait(workers=WORKERS)
        stack.crew = people.gather(site.url, users)
        yield stack
    finally:
        site.stop()
        torchserve.stop()
