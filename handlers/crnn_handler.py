"""TorchServe's entry point: takes ink or a picture a request, answers each by itself."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from crnn import encoded, ink, picture
from crnn.recogniser import DECODERS, Decoder, Recogniser
from crnn.strip import NothingToReadError, Strip

_REFUSALS: dict[type[Exception], str] = {
    NothingToReadError: "blank",
    ink.MalformedInkError: "malformed",
    encoded.TruncatedPictureError: "truncated",
    encoded.TooLargePictureError: "too_large",
    encoded.UnsupportedPictureError: "unsupported",
}
_WARM_UP = [[[0, 0], [20, 40], [40, 0], [60, 40], [80, 0]]]


class CRNNHandler:
    """One worker's recogniser, on one thread."""

    def initialize(self, context: Any) -> None:
        """Load the network that the archive carries and read once, so that the first answer is not slow."""
        torch.set_num_threads(1)
        model = context.manifest["model"]
        self._model = {"name": model["modelName"], "version": model["modelVersion"]}
        folder = Path(context.system_properties["model_dir"])
        self._recogniser = Recogniser.load(folder / model["serializedFile"])
        self._recogniser.read([ink.draw(ink.parse(_WARM_UP))])

    def handle(self, rows: list[dict[str, Any]], context: Any) -> list[str]:
        """Answer a batch of requests, each with JSON: a reading, or 422 with a `code` and a `detail`."""
        return [self._answer(row, index, context) for index, row in enumerate(rows)]

    def _answer(self, row: dict[str, Any], index: int, context: Any) -> str:
        headers = {name.lower(): value for name, value in context.get_all_request_header(index).items()}
        context.set_response_content_type(index, "application/json")
        try:
            strip = _strip(row, headers.get("content-type", ""))
        except tuple(_REFUSALS) as refusal:
            code = _REFUSALS[type(refusal)]
            context.set_response_status(code=422, phrase="Unprocessable Content", idx=index)
            return json.dumps({"code": code, "detail": str(refusal)})
        [reading] = self._recogniser.read([strip], _decoder(headers.get("x-decoder")))
        return json.dumps(asdict(reading) | {"model": self._model})


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


def _decoder(header: str | None) -> Decoder:
    return next((decoder for decoder in DECODERS if decoder == header), "beam")
