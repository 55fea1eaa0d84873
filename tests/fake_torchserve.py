"""A stand-in for TorchServe that speaks its HTTP, for the moods that the real one cannot be put in.

    with FakeTorchServe() as fake:
        settings.TORCHSERVE_INFERENCE_URL = settings.TORCHSERVE_MANAGEMENT_URL = fake.url
        fake.mood = "busy"

`away` closes each connection unanswered; `leave()` and `come_back()` take the port itself away and back.
A version that is asked for by its name reads as `says`, under its name; `moods` may give it one of its own.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from tests.listening import Listener

Mood = Literal["ready", "starting", "busy", "slow", "rubbish", "blank", "unknown", "away"]


def answer(text: str, *others: str, doubtful: str = "", confidence: float = 0.93) -> dict[str, Any]:
    """What the handler says when it has read a text; letters in `doubtful` are given little confidence."""
    return {
        "text": text,
        "confidence": confidence,
        "alternatives": [{"text": other, "confidence": 0.04 / (i + 1)} for i, other in enumerate(others)],
        "characters": [
            {
                "text": letter,
                "confidence": 0.41 if letter in doubtful else 0.97,
                "start": round(i / len(text), 4),
                "end": round((i + 1) / len(text), 4),
            }
            for i, letter in enumerate(text)
        ],
        "model": {"name": "crnn", "version": "1.0"},
    }


class FakeTorchServe(Listener):
    """Inference and management on one loopback port."""

    def __init__(self) -> None:
        self.mood: Mood = "ready"
        self.moods: dict[str, Mood] = {}
        self.versions: list[str] = []
        self.says = answer("hello", "hallo", "hells", doubtful="o")
        self.asked: list[tuple[str, bytes]] = []
        self.decoders: list[str] = []
        self.request_ids: list[str] = []
        self.traces: list[str] = []
        self.connections: list[tuple[str, int]] = []
        self.release = threading.Event()
        self.was_asked = threading.Event()
        super().__init__(_Server, _Handler)

    def leave(self) -> None:
        """Refuse connections from now on, kept ones too."""
        self.mood, mood = "away", self.mood
        super().leave()
        self._server.hang_up()
        self.mood = mood

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self.leave()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # many clients come at once
    allow_reuse_address = True
    fake: FakeTorchServe

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connections: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self.connections):
            self.shutdown_request(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Those who hang up first are no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self.server.fake.connections.append(self.client_address)
        mood = self.server.fake.mood
        if mood == "away":
            self.close_connection = True
            return
        workers = [] if mood == "starting" else [{"id": "9000", "status": "READY"}]
        status = {"modelName": "crnn", "workers": workers, "jobQueueStatus": {"remainingCapacity": 100}}
        self._say(200, [status])

    def do_POST(self) -> None:
        fake = self.server.fake
        fake.connections.append(self.client_address)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        version = self.path.removeprefix("/predictions/crnn").strip("/")
        mood = fake.moods.get(version, fake.mood)  # whoever waited for `was_asked` may change it
        fake.asked.append((self.headers["Content-Type"], body))
        fake.decoders.append(self.headers["X-Decoder"])
        fake.request_ids.append(self.headers["X-Request-ID"])
        fake.traces.append(self.headers["traceparent"])
        fake.versions.append(version)
        fake.was_asked.set()
        match mood:
            case "away":
                self.close_connection = True
            case "starting" | "busy":
                self._say(503, {"code": 503, "type": "ServiceUnavailableException", "message": "No worker."})
            case "slow":
                fake.release.wait(60)
                self._say(200, fake.says)
            case "rubbish":
                self._say(200, {"text": 7})
            case "blank":
                self._say(422, {"code": "blank", "detail": "There is no ink in it."})
            case "unknown":
                self._say(404, {"code": 404, "type": "ModelVersionNotFoundException"})
            case _:
                self._say(
                    200, fake.says | ({"model": {"name": "crnn", "version": version}} if version else {})
                )

    def _say(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
