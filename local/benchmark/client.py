"""A client that hardly computes: it shares the machine with the servers that it measures."""

import http.client
import json
import threading
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from local.benchmark.specimen import Strokes

_SECONDS = 30.0


class RefusedError(Exception):
    """A server did not read; the message says with what status."""


class Client:
    """Asks one address to read the same ink, by a kept connection for each thread."""

    def __init__(self, url: str, strokes: Strokes, headers: Mapping[str, str]) -> None:
        self._address = urlsplit(url)
        self._body = json.dumps({"strokes": strokes}).encode()
        self._headers = {"Content-Type": "application/json", **headers}
        self._own = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def ask(self) -> None:
        """Have the ink read; RefusedError where it is not."""
        connection = self._connection()
        connection.request("POST", self._address.path, self._body, self._headers)
        answer = connection.getresponse()
        answer.read()
        if not 200 <= answer.status < 300:
            raise RefusedError(f"{self._address.path} answered {answer.status} {answer.reason}")

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            host, port = self._address.hostname or "", self._address.port
            self._own.connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
            self._opened.append(self._own.connection)
        return self._own.connection  # type: ignore[no-any-return]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._opened:
            connection.close()
