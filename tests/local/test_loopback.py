import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from local import loopback


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_it_asks_a_server_on_this_machine(server):
    assert loopback.get(server).text == "hello"


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_for_the_rest_of_the_world_is_passed_by(server, monkeypatch, name):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert loopback.get(server).text == "hello"


def test_nobody_there_is_an_error_of_requests():
    with pytest.raises(requests.RequestException):
        loopback.get("http://127.0.0.1:9/")
