"""The client against a server that misbehaves, each time in another way, on a real socket."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest
import requests

from pymano.serving import client, transport
from tests.fake_torchserve import answer

STROKES = [[[0, 0, 0, 0.5], [10, 10, 20, None]]]
GOOD = json.dumps(answer("hello", "hallo")).encode()

Script = Callable[[socket.socket], None]


class Misbehaving:
    """Answers the first connection by the first script, and so on; the last script answers all the rest."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[bytes] = []
        self.done = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
                with connection, suppress(OSError):
                    self.requests.append(_whole_request(connection))
                    script(connection)

    def close(self) -> None:
        self.done.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


def _whole_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65_536)
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    while len(body) < int(lengths[0] if lengths else 0):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def says(status: int, body: bytes = b"", *, headers: str = "") -> Script:
    head = f"HTTP/1.1 {status} Thing\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def hangs_up(connection: socket.socket) -> None:
    """Close without a word."""


@pytest.fixture
def server(settings) -> Iterator[Misbehaving]:
    server = Misbehaving()
    settings.TORCHSERVE_INFERENCE_URL = settings.TORCHSERVE_MANAGEMENT_URL = server.url
    client.state.forget()
    yield server
    server.close()
    client.state.forget()


@pytest.fixture
def in_a_hurry(monkeypatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)


def test_it_sends_ink_as_the_handler_takes_it(server):
    server.scripts = [says(200, GOOD)]
    assert client.read_ink(STROKES, "beam").text == "hello"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().splitlines()
    assert lines[0] == "POST /predictions/crnn HTTP/1.1"
    assert {"Content-Type: application/json", "X-Decoder: beam", "X-Request-ID: -"} <= set(lines)
    assert json.loads(body) == {"strokes": STROKES}


def test_it_sends_a_picture_as_it_is(server):
    server.scripts = [says(200, GOOD)]
    client.read_picture(b"\x89PNG\0\xff", "image/png", "best-path")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert {b"Content-Type: image/png", b"X-Decoder: best-path"} <= set(head.splitlines())
    assert body == b"\x89PNG\0\xff"


def test_it_asks_for_a_version_by_its_name(server):
    server.scripts = [says(200, GOOD)]
    client.read_ink(STROKES, "beam", version="1.2")
    client.read_picture(b"picture", "image/png", "beam", version="a/b c")
    lines = [request.splitlines()[0] for request in server.requests]
    assert lines == [
        b"POST /predictions/crnn/1.2 HTTP/1.1",
        b"POST /predictions/crnn/a%2Fb%20c HTTP/1.1",
    ]


def test_a_version_that_a_server_does_not_have_is_unknown(server):
    server.scripts = [says(404, b'{"code": 404, "type": "ModelVersionNotFoundException"}')]
    with pytest.raises(client.UnknownVersion):
        client.read_ink(STROKES, "beam", version="9.9")


def test_who_has_less_time_waits_less(server):
    server.scripts = [lambda _: server.done.wait(5) and None]
    with pytest.raises(client.TooSlow):
        client.read_ink(STROKES, "beam", seconds=0.1)


def test_it_understands_an_answer_in_chunks(server):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (GOOD[:10], GOOD[10:]))
    server.scripts = [lambda connection: connection.sendall(head + chunks + b"0\r\n\r\n")]
    assert client.read_ink(STROKES, "beam").text == "hello"


def test_nobody_at_home_is_unreachable(settings):
    settings.TORCHSERVE_INFERENCE_URL = "http://127.0.0.1:9"
    with pytest.raises(client.Unreachable):
        client.read_ink(STROKES, "beam")


def test_it_asks_once_more_when_the_connection_breaks(server):
    server.scripts = [hangs_up, says(200, GOOD)]
    assert client.read_ink(STROKES, "beam").text == "hello"


def test_it_asks_no_third_time(server):
    server.scripts = [hangs_up]
    with pytest.raises(client.Unreachable):
        client.read_ink(STROKES, "beam")
    assert len(server.requests) == 2


def test_the_second_time_it_waits_only_for_what_the_first_left(monkeypatch, settings):
    clock, waits = iter([0.0, 0.0, 11.0]), []

    def break_off(*_, timeout, **__):
        waits.append(timeout)
        raise requests.ConnectionError

    monkeypatch.setattr(client, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(transport._http, "post", break_off)
    with pytest.raises(requests.ConnectionError):
        client._post("/predictions/crnn", b"", {}, client.READ_SECONDS)
    assert waits == [(client.CONNECT_SECONDS, client.READ_SECONDS), (1.0, 1.0)]


@pytest.mark.usefixtures("in_a_hurry")
def test_silence_is_too_slow_and_is_not_asked_again(server):
    server.scripts = [lambda _: server.done.wait(5) and None]
    with pytest.raises(client.TooSlow):
        client.read_ink(STROKES, "beam")
    assert len(server.requests) == 1


@pytest.mark.usefixtures("in_a_hurry")
def test_an_answer_that_stops_halfway_is_too_slow(server):
    def stops(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        server.done.wait(5)

    server.scripts = [stops]
    with pytest.raises(client.TooSlow):
        client.read_ink(STROKES, "beam")


@pytest.mark.usefixtures("in_a_hurry")
def test_an_answer_that_trickles_in_is_too_slow(server):
    def trickles(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not server.done.wait(0.05):
            connection.sendall(b" ")

    server.scripts = [trickles]
    with pytest.raises(client.TooSlow):
        client.read_ink(STROKES, "beam")


def test_an_answer_without_end_is_rubbish(server):
    def floods(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while not server.done.is_set():
            connection.sendall(b" " * 65_536)

    server.scripts = [floods]
    with pytest.raises(client.Rubbish):
        client.read_ink(STROKES, "beam")


@pytest.mark.parametrize(
    "script",
    [
        says(200, b"not JSON"),
        says(200, b'{"text": 7}'),
        says(200, b"\x1f\x8b", headers="Content-Encoding: gzip\r\n"),
        says(302, headers="Location: http://192.0.2.1/\r\n"),
        says(400, b'{"code": 400}'),
        says(405),
        says(418),
        says(503, b'{"code": 503, "type": "InternalServerException", "message": "Prediction failed"}'),
        says(422, b"who knows"),
        says(422, b'{"code": "whim"}'),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"),
    ],
    ids=[
        "no JSON",
        "other JSON",
        "bad gzip",
        "redirect",
        "400",
        "405",
        "418",
        "exception",
        "422 without JSON",
        "422 for another reason",
        "cut short",
    ],
)
def test_what_it_does_not_understand_is_rubbish(server, script):
    server.scripts = [script]
    with pytest.raises(client.Rubbish):
        client.read_ink(STROKES, "beam")
    assert len(server.requests) == 1


def test_what_does_not_speak_http_is_unreachable(server):
    server.scripts = [lambda connection: connection.sendall(b"220 mail.example.org ESMTP\r\n")]
    with pytest.raises(client.Unreachable):
        client.read_ink(STROKES, "beam")


@pytest.mark.parametrize("status", [500, 503, 507])
def test_a_full_queue_or_a_dead_worker_is_busy(server, status):
    server.scripts = [says(status, b'{"code": 500, "message": "Worker died."}')]
    with pytest.raises(client.Busy):
        client.read_ink(STROKES, "beam")
    assert len(server.requests) == 1


def test_a_server_without_the_model_is_unreachable(server):
    server.scripts = [says(404, b'{"code": 404, "type": "ModelNotFoundException"}')]
    with pytest.raises(client.Unreachable):
        client.read_ink(STROKES, "beam")


@pytest.mark.parametrize("code", ["blank", "truncated", "malformed", "too_large", "unsupported"])
def test_a_refusal_carries_the_handlers_code(server, code):
    server.scripts = [says(422, json.dumps({"code": code, "detail": "…"}).encode())]
    with pytest.raises(client.Refused) as refused:
        client.read_ink(STROKES, "beam")
    assert refused.value.code == code


def test_a_body_over_torchserves_own_limit_is_too_large(server):
    server.scripts = [says(413)]
    with pytest.raises(client.Refused) as refused:
        client.read_ink(STROKES, "beam")
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (says(200, b'[{"workers": [{"status": "READY"}]}]'), "ready"),
        (says(200, b'[{"workers": [{"status": "UNLOADING"}]}]'), "starting"),
        (says(200, b'[{"workers": []}]'), "starting"),
        (says(404, b'{"code": 404}'), "starting"),
        (says(200, b"hello"), "away"),
        (hangs_up, "away"),
    ],
    ids=["ready", "not yet", "no worker", "no model", "rubbish", "hangs up"],
)
def test_the_state_is_that_of_its_workers(server, script, state):
    server.scripts = [script]
    assert client.state().recogniser == state


def test_the_state_of_nobody_is_away(settings):
    settings.TORCHSERVE_MANAGEMENT_URL = "http://127.0.0.1:9"
    client.state.forget()
    assert client.state().recogniser == "away"
    client.state.forget()


def test_the_state_of_one_that_hangs_is_away(server, monkeypatch):
    monkeypatch.setattr(client, "STATE_SECONDS", (0.2, 0.2))
    server.scripts = [lambda _: server.done.wait(5) and None]
    assert client.state().recogniser == "away"
