"""A steady load: clients that each ask, wait for the answer, rest and ask again, whatever comes."""

import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Self
from urllib.parse import urlsplit

from local.faults.answers import BROKEN, HUNG, REFUSED, Answer, is_settled
from local.faults.work import Question, questions

HANGS_SECONDS = 35.0
"""No client waits longer: reading 10 s < TorchServe 15 s < gunicorn 30 s < a proxy or client 35 s."""
_REST_SECONDS = 0.3
_SETTLE_SECONDS = 60.0
_PATH = "/api/v1/predictions/"


class UnsettledError(AssertionError):
    """Not every client was served again in time."""


class Client:
    """One user's program; it keeps its connection as long as the server does."""

    def __init__(self, number: int, url: str, headers: Mapping[str, str]) -> None:
        address = urlsplit(url)
        self._number = number
        self._headers = dict(headers)
        self._connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=HANGS_SECONDS
        )

    def ask(self, question: Question) -> Answer:
        """Have something read, and tell what came of it; a failed connection is an outcome like others."""
        begun = time.monotonic()
        try:
            return self._send(question, begun)
        except TimeoutError:
            outcome = HUNG
        except ConnectionRefusedError:
            outcome = REFUSED
        except (OSError, http.client.HTTPException):
            outcome = BROKEN
        self.close()
        return Answer(self._number, question, begun, time.monotonic(), outcome)

    def _send(self, question: Question, begun: float) -> Answer:
        headers = self._headers | {"Content-Type": question.content_type}
        self._connection.request("POST", _PATH, question.body, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        said = json.loads(body) if "json" in answer.headers.get_content_subtype() else {}
        return Answer(
            self._number,
            question,
            begun,
            time.monotonic(),
            answer.status,
            code=said.get("code", ""),
            retry_after="Retry-After" in answer.headers,
            id=said.get("id", ""),
        )

    def close(self) -> None:
        """Let the connection go; the next question opens another."""
        self._connection.close()


class Load:
    """Clients in threads, from `with` to its end; what they saw so far is in `answers`."""

    def __init__(
        self, url: str, people: Sequence[Mapping[str, str]], *, first: int = 0, rest: float = _REST_SECONDS
    ) -> None:
        """Prepare a client for each of the people, by the headers of their requests; number from `first`."""
        self.answers: list[Answer] = []
        self._rest = rest
        self._over = threading.Event()
        self._clients = [Client(number, url, headers) for number, headers in enumerate(people, first)]
        self._threads = [threading.Thread(target=self._work, args=(client,)) for client in self._clients]

    def settle(self, since: float | None = None, seconds: float = _SETTLE_SECONDS) -> None:
        """Return once every client was well served since then; UnsettledError where that takes too long."""
        begun = time.monotonic()
        since = begun if since is None else since
        while not is_settled(list(self.answers), len(self._clients), since):
            if time.monotonic() > begun + seconds:
                raise UnsettledError(f"not every client is served again after {seconds:.0f} s")
            time.sleep(0.1)

    def _work(self, client: Client) -> None:
        for question in questions():
            self.answers.append(client.ask(question))
            if self._over.wait(self._rest):
                return

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        for client in self._clients:
            client.close()
