"""Bodies that come in chunks, without a length: given one, so that they are seen as any other."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from pymano.api.limits import JSON

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Measured:
    """A WSGI application that measures chunked bodies before it passes requests on."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer the request; of a body that is too long just enough is read to tell that it is."""
        if environ.get("HTTP_TRANSFER_ENCODING") and environ.get("wsgi.input_terminated"):
            body = _read(environ["wsgi.input"], JSON + 1)
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return self.application(environ, start_response)


def _read(stream: Any, most: int) -> bytes:
    pieces: list[bytes] = []
    left = most
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
