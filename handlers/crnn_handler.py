"""TorchServe's entry point: takes ink or a picture a request, answers each by itself."""

import json
import logging
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crnn import bundle, encoded, ink, picture
from crnn.reader import DECODERS, Decoder
from crnn.strip import NothingToReadError, Strip

_REFUSALS: dict[type[Exception], str] = {
    NothingToReadError: "blank",
    ink.MalformedInkError: "malformed",
    encoded.TruncatedPictureError: "truncated",
    encoded.TooLargePictureError: "too_large",
    encoded.UnsupportedPictureError: "unsupported",
}
_WARM_UP = [[[[x, 40 * (x // 20 % 2)] for x in range(0, width, 20)]] for width in (100, 2000)]
"""A short ink and a wide one."""

# What the site gives each request, and nothing that could begin a line of its own in the log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = logging.getLogger(__name__)


class CRNNHandler:
    """One worker's recogniser, on one thread."""

    def initialize(self, context: Any) -> None:
        """Load what the archive carries and read twice, so that the first answers are not slow."""
        _quieten()
        model = context.manifest["model"]
        self._model = {"name": model["modelName"], "version": model["modelVersion"]}
        self._recogniser = bundle.load(Path(context.system_properties["model_dir"]))
        if self._recogniser.engine == "torch":
            _hold_to_one_thread()
        self._recogniser.read([ink.draw(ink.parse(strokes)) for strokes in _WARM_UP])
        _log.info("%s %s reads by %s", model["modelName"], model["modelVersion"], self._recogniser.engine)

    def handle(self, rows: list[dict[str, Any]], context: Any) -> list[str]:
        """Answer a batch of requests, each with JSON: a reading, or 422 with a `code` and a `detail`.

        A request that fails is answered 503 and leaves the others of its batch alone.
        """
        answered = [self._answer(row, index, context) for index, row in enumerate(rows)]
        # A line for each, in one write: every write wakes TorchServe, which reads them on the same cores.
        _log.info("\n".join(line for _, line in answered))
        return [answer for answer, _ in answered]

    def _answer(self, row: dict[str, Any], index: int, context: Any) -> tuple[str, str]:
        """An answer, and the line that the log has of it."""
        headers = {name.lower(): value for name, value in context.get_all_request_header(index).items()}
        start = time.monotonic()
        context.set_response_content_type(index, "application/json")
        try:
            answer = self._read(row, headers)
        except tuple(_REFUSALS) as refusal:
            context.set_response_status(code=422, phrase="Unprocessable Content", idx=index)
            answer = {"code": _REFUSALS[type(refusal)], "detail": str(refusal)}
        except Exception:
            _log.exception("A reading failed")
            context.set_response_status(code=503, phrase="Service Unavailable", idx=index)
            answer = {"code": "failed", "detail": "Prediction failed"}
        milliseconds = 1000 * (time.monotonic() - start)
        request_id, ended = _request_id(headers.get("x-request-id")), answer.get("code", "read")
        return json.dumps(answer), f"request {request_id}: {ended} in {milliseconds:.0f} ms"

    def _read(self, row: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        strip = _strip(row, headers.get("content-type", ""))
        [reading] = self._recogniser.read([strip], _decoder(headers.get("x-decoder")))
        return asdict(reading) | {"model": self._model}


def _strip(row: dict[str, Any], content_type: str) -> Strip:
    """Draw a request's ink, or find it in its picture; JSON that TorchServe cannot parse comes as bytes."""
    body = row.get("data")
    if body is None:
        body = row.get("body")
    if isinstance(body, bytes | bytearray) and "json" not in content_type.lower():
        return picture.read(bytes(body))
    if isinstance(body, dict) and "strokes" in body:
        return ink.draw(ink.parse(body["strokes"]))
    raise ink.MalformedInkError('ink must be {"strokes": [[[x, y], …], …]}')


def _request_id(header: str | None) -> str:
    return header if header and _REQUEST_ID.fullmatch(header) else "-"


def _quieten() -> None:
    """Log a line for each reading and no more: every one that TorchServe's own code adds wakes the server."""
    logging.getLogger().setLevel(logging.WARNING)
    _log.setLevel(logging.INFO)


def _hold_to_one_thread() -> None:
    """More throughput comes from more workers; where PyTorch does not serve it is not imported."""
    import torch

    torch.set_num_threads(1)


def _decoder(header: str | None) -> Decoder:
    return next((decoder for decoder in DECODERS if decoder == header), "beam")
