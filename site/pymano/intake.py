"""What is put right in a request before Django sees it, and in an answer after: the outermost WSGI layer."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import LimitedStream

from pymano.api.limits import JSON
from pymano.deadlines import Deadlines

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What nobody has read of a body is read and dropped, up to here: who still sends would miss the answer, and
# gunicorn would break the connection off.
DROPPED = 64_000_000
PIECE = 65_536
# A body must be there by then, and have come at this pace, in bytes a second: who sends a byte now and then
# would hold a thread for ever.
SECONDS = 30.0
PACE = 50_000

_deadlines = Deadlines()

CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


class Intake:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the request."""
        with _cut_off_late(environ):
            body = _measure(environ)
            _forget_charset(environ)
            answer = self.application(environ, start_response)
            _drop(body)
        return _nothing_of(answer) if environ["REQUEST_METHOD"] == "HEAD" else answer


def _cut_off_late(environ: Environ) -> AbstractContextManager[None]:
    """Let a body end where it is too slow; what is there of it is answered as a body cut short."""
    connection, length = environ.get("gunicorn.socket"), _length(environ)
    if connection is None or not length:
        return nullcontext()
    return _deadlines.within(SECONDS + min(length, JSON) / PACE, connection)


def _length(environ: Environ) -> int:
    """Return how long a body says that it is, as long as may be where it comes in chunks."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return JSON
    length = environ.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _measure(environ: Environ) -> Any:
    """Give a body an end, and a length if it comes in chunks; of too long a one just enough to tell."""
    body = environ["wsgi.input"]
    if environ.get("HTTP_TRANSFER_ENCODING") and environ.get("wsgi.input_terminated"):
        begun = b"".join(_pieces(body, JSON + 1))
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(begun), str(len(begun))
        return body
    known = 0 if environ.get("HTTP_TRANSFER_ENCODING") else _length(environ)
    environ["wsgi.input"] = LimitedStream(body, known)
    return environ["wsgi.input"]


def _drop(body: Any) -> None:
    with suppress(OSError):
        for _ in _pieces(body, DROPPED):
            pass


def _pieces(body: Any, most: int) -> Iterator[bytes]:
    left = most
    while left > 0 and (piece := body.read(min(left, PIECE))):
        yield piece
        left -= len(piece)


def _forget_charset(environ: Environ) -> None:
    """The site speaks UTF-8. Django would decode even the address by what Content-Type says, "rot13" too."""
    if content_type := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = CHARSET.sub("", content_type)


def _nothing_of(answer: Iterable[bytes]) -> Iterable[bytes]:
    if close := getattr(answer, "close", None):
        close()
    return []
