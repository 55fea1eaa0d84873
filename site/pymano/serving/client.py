"""Readings and TorchServe's state: it owns their time-outs, and returns frozen dataclasses.

What can go wrong, and the HTTP status that the API makes of it:

    RecogniserError
    ├── Unreachable      503   no connection, or the server runs without the model
    ├── UnknownVersion   503   the server runs without the version that was asked for
    ├── Busy             503   its queue is full, or no worker is up
    ├── Rubbish          503   its answer is not understood
    ├── TooSlow          504   no answer in time
    └── Refused          what its code says: the input cannot be read, and will not be when sent again
"""

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError as BrokenAnswer
from urllib3.exceptions import ReadTimeoutError

from pymano import metrics, request_id
from pymano.serving import transport
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
    "UnknownVersion",
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


class RecogniserError(Exception):
    """There is no reading. str() is for the log, never for users."""


class Unreachable(RecogniserError):
    """TorchServe cannot be reached, or does not have the model."""


class UnknownVersion(RecogniserError):
    """TorchServe does not have this version of the model."""


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


def read_ink(
    strokes: list[list[list[float | None]]],
    decoder: str,
    *,
    version: str | None = None,
    seconds: float | None = None,
) -> Reading:
    """Read strokes, [[[x, y, t?, pressure?], …], …]; raise a RecogniserError when there is no reading.

    A version is one of the model's; without one the default reads. It has READ_SECONDS, or fewer.
    """
    body = json.dumps({"strokes": strokes}, allow_nan=False).encode()
    return _read(body, "application/json", decoder, version, seconds)


def read_picture(
    data: bytes,
    content_type: str,
    decoder: str,
    *,
    version: str | None = None,
    seconds: float | None = None,
) -> Reading:
    """Read a picture in its own encoding; the rest is as for ink."""
    return _read(data, content_type, decoder, version, seconds)


def _read(
    body: bytes, content_type: str, decoder: str, version: str | None, seconds: float | None
) -> Reading:
    headers = {"Content-Type": content_type, "X-Decoder": decoder, request_id.HEADER: request_id.current()}
    path = f"/predictions/{settings.TORCHSERVE_MODEL}"
    if version is not None:
        path += f"/{quote(version, safe='')}"
    with metrics.TORCHSERVE_SECONDS.time(), _errors():
        status, answer = _post(path, body, headers, min(seconds or READ_SECONDS, READ_SECONDS))
        if status == 404 and version is not None:
            raise UnknownVersion(f"TorchServe has no version {version}")
        return _understand(status, answer)


def _post(path: str, body: bytes, headers: dict[str, str], seconds: float) -> tuple[int, bytes]:
    """Send once, and once more when the connection could not be made or broke before an answer began."""
    url = f"{settings.TORCHSERVE_INFERENCE_URL}{path}"
    deadline = time.monotonic() + CONNECT_SECONDS + seconds
    try:
        return _send(url, body, headers, seconds, deadline)
    except requests.ConnectionError as error:
        log.debug("TorchServe: %s; asking once more", type(error).__name__)
        return _send(url, body, headers, seconds, deadline)


def _send(
    url: str, body: bytes, headers: dict[str, str], seconds: float, deadline: float
) -> tuple[int, bytes]:
    # What a first try took, the second has not: both together end by the deadline.
    left = max(SHORTEST_SECONDS, deadline - time.monotonic())
    timeouts = (min(CONNECT_SECONDS, left), min(seconds, left))
    with (
        transport.connections() as http,
        http.post(
            url, data=body, headers=headers, timeout=timeouts, stream=True, allow_redirects=False
        ) as response,
    ):
        return response.status_code, transport.content(response, deadline)


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
    """Ask one replica after another, until one is ready."""
    said = State("away")
    for server in transport.replicas():
        state = _state_of(server)
        if state.recogniser == "ready":
            return state
        if state.recogniser == "starting":
            said = state
    return said


def _state_of(server: str) -> State:
    url = f"{server}/models/{settings.TORCHSERVE_MODEL}"
    try:
        with transport.connections() as http:
            response = http.get(url, timeout=STATE_SECONDS, allow_redirects=False)
        return state_in(response.content) if response.ok else State("starting")
    except (requests.RequestException, Unintelligible) as error:
        log.info("TorchServe's state: %s", error)
        return State("away")


# Ready when a worker is, starting when the server answers without one, away when it does not answer.
state = Remembered(_ask_state, seconds=REMEMBER_SECONDS)
