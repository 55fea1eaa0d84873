import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local.faults import load
from local.faults.answers import BROKEN, HUNG, REFUSED
from local.faults.load import Client, Load, UnsettledError
from local.ports import free_ports
from tests.local.faults.conftest import INK


class Site(ThreadingHTTPServer):
    """Answers each reading as it is told to."""

    daemon_threads = True
    says = (201, {"id": "a"}, {})

    def handle_error(self, *_):
        """Connections are broken off on purpose."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.says is None:
            self.close_connection = True
            return
        status, content, headers = self.server.says
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": len(body),
            **headers,
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def site():
    with Site(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(site):
    client = Client(3, f"http://127.0.0.1:{site.server_port}", {"Authorization": "Bearer x"})
    yield client
    client.close()


def test_a_reading_is_noted_with_its_id(client):
    answer = client.ask(INK)
    assert (answer.client, answer.outcome, answer.id, answer.is_good) == (3, 201, "a", True)
    assert answer.question is INK


def test_a_problem_is_noted_with_its_code(client, site):
    site.says = (503, {"code": "site_busy"}, {"Retry-After": 2, "Content-Type": "application/problem+json"})
    answer = client.ask(INK)
    assert (answer.outcome, answer.code, answer.retry_after, answer.is_good) == (
        503,
        "site_busy",
        True,
        False,
    )


def test_a_connection_that_is_broken_off_is_noted_and_replaced(client, site):
    says, site.says = site.says, None
    assert client.ask(INK).outcome == BROKEN
    site.says = says
    assert client.ask(INK).outcome == 201


def test_a_server_that_is_not_there_is_noted():
    [port] = free_ports(1)
    assert Client(0, f"http://127.0.0.1:{port}", {}).ask(INK).outcome == REFUSED


def test_a_server_that_says_nothing_is_noted(monkeypatch, site):
    monkeypatch.setattr(load, "HANGS_SECONDS", 0.05)
    site.says = (201, {}, {"Content-Length": 1000})
    client = Client(0, f"http://127.0.0.1:{site.server_port}", {})
    assert client.ask(INK).outcome == HUNG


def test_every_client_asks_again_and_again(site):
    url = f"http://127.0.0.1:{site.server_port}"
    with Load(url, [{}, {}], first=8, rest=0) as steady:
        steady.settle()
    assert {answer.client for answer in steady.answers} == {8, 9}


def test_a_load_that_is_not_served_is_not_settled(site):
    site.says = (503, {}, {})
    url = f"http://127.0.0.1:{site.server_port}"
    with Load(url, [{}], rest=0.01) as steady, pytest.raises(UnsettledError):
        steady.settle(seconds=0.2)
