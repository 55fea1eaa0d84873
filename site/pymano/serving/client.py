"""The one place that speaks to TorchServe: it owns addresses and time-outs, and returns frozen dataclasses.

What can go wrong, and the HTTP status that the API makes of it:

    RecogniserError
    ├── Unreachable   503   no connection, or the server runs without the model
    ├── Busy          503   its queue is full, or no worker is up
    ├── Rubbish       503   its answer is not understood
    ├── TooSlow       504   no answer in time
    └── Refused       what its code says: the input cannot be read, and will not be when sent again
"""

import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError as BrokenAnswer
from urllib3.exceptions import ReadTimeoutError

from pymano import metrics, request_id
from pymano.serving.answers import (
    Alternative,
    Character,
    Reading,
    Unintelligible,
    reading_in,
    refusal_in,
    state_in,
)
from pymano.serving.state import Remembered, State

__all__ = [
    "Alternative",
    "Busy",
    "Character",
    "Reading",
    "RecogniserError",
    "Refused",
    "Rubbish",
    "TooSlow",
    "Unreachable",
    "read_ink",
    "read_picture",
    "state",
]

log = logging.getLogger(__name__)

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 10.0
SHORTEST_SECONDS: Final = 0.1
STATE_SECONDS: Final = (0.5, 1.0)
REMEMBER_SECONDS: Final = 2.0
POOL_SIZE: Final = 32
ANSWER_BYTES: Final = 2_000_000


class RecogniserError(Exception):
    """There is no reading. str() is for the log, never for users."""


class Unreachable(RecogniserError):
    """TorchServe cannot be reached, or does not have the model."""


class Busy(RecogniserError):
    """TorchServe's queue is full, or it has no worker for the model."""


class Rubbish(RecogniserError):
    """TorchServe's answer is not understood."""


class TooSlow(RecogniserError):
    """TorchServe did not answer in time."""


class Refused(RecogniserError):
    """The handler will not read this input: blank, truncated, malformed, too_large or unsupported."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=POOL_SIZE, max_retries=0))
    return session


_http = _session()


@contextmanager
def _connections() -> Iterator[requests.Session]:
    """Give the connections that are kept or, where each is to lead to another replica, new ones.

    TorchServe keeps a connection even where it is asked not to: this side has to close it.
    """
    if settings.TORCHSERVE_KEEP_ALIVE:
        yield _http
        return
    with _session() as session:
        yield session


def read_ink(strokes: list[list[list[float | None]]], decoder: str) -> Reading:
    """Read strokes, [[[x, y, t?, pressure?], …], …]; raise a RecogniserError when there is no reading."""
    return _read(json.dumps({"strokes": strokes}, allow_nan=False).encode(), "application/json", decoder)


def read_picture(data: bytes, content_type: str, decoder: str) -> Reading:
    """Read a picture in its own encoding; raise a RecogniserError when there is no reading."""
    return _read(data, content_type, decoder)


def _read(body: bytes, content_type: str, decoder: str) -> Reading:
    headers = {"Content-Type": content_type, "X-Decoder": decoder, request_id.HEADER: request_id.current()}
    with metrics.TORCHSERVE_SECONDS.time(), _errors():
        status, answer = _post(body, headers)
        return _understand(status, answer)


def _post(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Send once, and once more when the connection could not be made or broke before an answer began."""
    url = f"{settings.TORCHSERVE_INFERENCE_URL}/predictions/{settings.TORCHSERVE_MODEL}"
    deadline = time.monotonic() + CONNECT_SECONDS + READ_SECONDS
    try:
        return _send(url, body, headers, deadline)
    except requests.ConnectionError as error:
        log.debug("TorchServe: %s; asking once more", type(error).__name__)
        return _send(url, body, headers, deadline)


def _send(url: str, body: bytes, headers: dict[str, str], deadline: float) -> tuple[int, bytes]:
    # What a first try took, the second has not: both together end by the deadline.
    left = max(SHORTEST_SECONDS, deadline - time.monotonic())
    timeouts = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
    with (
        _connections() as http,
        http.post(
            url, data=body, headers=headers, timeout=timeouts, stream=True, allow_redirects=False
        ) as response,
    ):
        return response.status_code, _content(response, deadline)


def _content(response: requests.Response, deadline: float) -> bytes:
    """Return the body; a time-out of the socket alone would let an answer trickle in for ever."""
    content = b""
    while piece := response.raw.read1(65_536, decode_content=True):
        content += piece
        if len(content) > ANSWER_BYTES:
            raise Rubbish("the answer is too long")
        if time.monotonic() > deadline:
            raise TooSlow("the answer does not end")
    return content


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what the transport and the parser raise into the errors of this module."""
    try:
        yield
    except (requests.ReadTimeout, ReadTimeoutError) as error:
        raise TooSlow(str(error)) from error
    except requests.ConnectionError as error:
        raise Unreachable(str(error)) from error
    except (requests.RequestException, BrokenAnswer, Unintelligible) as error:
        raise Rubbish(str(error)) from error


def _understand(status: int, answer: bytes) -> Reading:
    match status:
        case 200:
            return reading_in(answer)
        case 422:
            raise Refused(refusal_in(answer))
        case 413:
            raise Refused("too_large")
        case 404:
            raise Unreachable(f"TorchServe has no model {settings.TORCHSERVE_MODEL}")
        case 500 | 503 | 507 if b"Prediction failed" not in answer:
            # A full queue, no worker, or a worker that died: each passes.
            raise Busy(f"TorchServe answered {status}")
        case _:
            raise Rubbish(f"TorchServe answered {status}")


def _ask_state() -> State:
    """Ask all servers that the management address leads to, until one is ready."""
    said = State("away")
    for server in _servers(settings.TORCHSERVE_MANAGEMENT_URL):
        state = _state_of(server)
        if state.recogniser == "ready":
            return state
        if state.recogniser == "starting":
            said = state
    return said


def _servers(url: str) -> list[str]:
    """Return the URL with each address that its name has, as a headless Service of Kubernetes gives replicas.

    TLS is for names, so that such a URL stays as it is, as does one whose name is unknown.
    """
    parts = urlsplit(url)
    if parts.scheme == "https":
        return [url]
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return [url]
    addresses = dict.fromkeys(str(address[0]) for *_, address in found)
    hosts = (f"[{address}]" if ":" in address else address for address in addresses)
    return [parts._replace(netloc=f"{host}:{parts.port or 80}").geturl() for host in hosts]


def _state_of(server: str) -> State:
    url = f"{server}/models/{settings.TORCHSERVE_MODEL}"
    try:
        with _connections() as http:
            response = http.get(url, timeout=STATE_SECONDS, allow_redirects=False)
        return state_in(response.content) if response.ok else State("starting")
    except (requests.RequestException, Unintelligible) as error:
        log.info("TorchServe's state: %s", error)
        return State("away")


# Ready when a worker is, starting when the server answers without one, away when it does not answer.
state = Remembered(_ask_state, seconds=REMEMBER_SECONDS)
