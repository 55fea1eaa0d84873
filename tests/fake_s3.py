"""A stand-in for S3 that speaks enough of its HTTP: objects are put, fetched, listed and deleted in buckets.

`away` has it answer each request with 503, as S3 does when it is overwhelmed.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit


class FakeS3:
    """Objects by path, "/bucket/key", on one loopback port."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.signed: list[str] = []
        self.away = False
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeS3


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._may():
            self.server.fake.objects[self.path] = body
            self._say(200)

    def do_GET(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query))
        if not self._may():
            return
        if "delimiter" in asked:
            self._say(200, self._list(asked.get("prefix", "")))
            return
        found = self.server.fake.objects.get(self.path)
        self._say(404) if found is None else self._say(200, found)

    def _list(self, prefix: str) -> bytes:
        """What lies in a folder: its folders and its files."""
        bucket = f"{self.path.rstrip('/')}/"
        below = [
            path.removeprefix(bucket + prefix).partition("/")
            for path in self.server.fake.objects
            if path.startswith(bucket + prefix)
        ]
        folders = "".join(
            f"<CommonPrefixes><Prefix>{prefix}{folder}/</Prefix></CommonPrefixes>"
            for folder in sorted({folder for folder, slash, _ in below if slash})
        )
        files = "".join(
            f"<Contents><Key>{prefix}{file}</Key></Contents>" for file, slash, _ in below if not slash
        )
        return (
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{files}{folders}</ListBucketResult>".encode()
        )

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        if self._may():
            self.server.fake.objects.pop(self.path, None)
            self._say(204)

    def _may(self) -> bool:
        self.path = self.path.partition("?")[0]
        self.server.fake.signed.append(self.headers.get("Authorization", ""))
        if self.server.fake.away:
            self._say(503)
        return not self.server.fake.away

    def _say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
