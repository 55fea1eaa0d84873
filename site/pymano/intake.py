"""What is put right in a request before Django sees it, and in an answer after: the outermost WSGI layer."""

import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from pymano.api.limits import JSON

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

CHARSET = re.compile(r";\s*charset=[^;]*", re.IGNORECASE)


class Intake:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the request."""
        _measure(environ)
        _forget_charset(environ)
        answer = self.application(environ, start_response)
        return _nothing_of(answer) if environ["REQUEST_METHOD"] == "HEAD" else answer


def _measure(environ: Environ) -> None:
    """Give a body that comes in chunks a length. Of one that is too long, just enough is read to tell."""
    if environ.get("HTTP_TRANSFER_ENCODING") and environ.get("wsgi.input_terminated"):
        body = _read(environ["wsgi.input"], JSON + 1)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))


def _read(stream: Any, most: int) -> bytes:
    pieces: list[bytes] = []
    left = most
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _forget_charset(environ: Environ) -> None:
    """The site speaks UTF-8. Django would decode even the address by what Content-Type says, "rot13" too."""
    if content_type := environ.get("CONTENT_TYPE"):
        environ["CONTENT_TYPE"] = CHARSET.sub("", content_type)


def _nothing_of(answer: Iterable[bytes]) -> Iterable[bytes]:
    if close := getattr(answer, "close", None):
        close()
    return []
