import socket
import threading
import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from pymano import overload
from pymano.overload import OverloadMiddleware, waited
from tests.site.problems import assert_problem

READINGS = "/api/v1/predictions/"


@pytest.fixture
def ask():
    return RequestFactory()


def served(_):
    return HttpResponse("served")


@pytest.fixture
def late(monkeypatch):
    """Every request came long ago."""
    monkeypatch.setattr(overload, "waited", lambda _: overload.LONGEST_WAIT + 0.1)


@pytest.mark.parametrize("path", ["/", READINGS])
def test_what_came_in_time_is_served(ask, path):
    assert OverloadMiddleware(served)(ask.post(path)).content == b"served"


def test_a_program_that_waited_too_long_is_told_to_come_again(ask, late):
    response = OverloadMiddleware(served)(ask.get(READINGS))
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"]


def test_a_person_that_waited_too_long_gets_a_page(ask, late):
    response = OverloadMiddleware(served)(ask.get("/history/"))
    assert response.status_code == 503
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_operators_are_answered_however_late(ask, late, path):
    assert OverloadMiddleware(served)(ask.get(path)).content == b"served"


@pytest.fixture
def crowded(settings):
    """A process that takes one reading at once, and is reading it until the test ends."""
    settings.READINGS_AT_ONCE = 1
    begun, over = threading.Event(), threading.Event()

    def serve(request):
        if request.headers.get("X-Slow"):
            begun.set()
            assert over.wait(30)
        return HttpResponse("served")

    middleware = OverloadMiddleware(serve)
    slow = RequestFactory().post(READINGS, headers={"X-Slow": "yes"})
    thread = threading.Thread(target=middleware, args=(slow,))
    thread.start()
    assert begun.wait(30)
    yield middleware, over, thread
    over.set()
    thread.join()


def test_one_reading_too_many_is_turned_away_at_once(ask, crowded):
    response = crowded[0](ask.post(READINGS))
    assert response.status_code == 503
    assert response["Retry-After"]


@pytest.mark.parametrize(("method", "path"), [("GET", READINGS), ("POST", "/api/v1/token/"), ("GET", "/")])
def test_everything_else_is_served_meanwhile(ask, crowded, method, path):
    assert crowded[0](ask.generic(method, path)).content == b"served"


def test_it_is_the_turn_of_the_next_when_one_has_ended(ask, crowded):
    middleware, over, thread = crowded
    over.set()
    thread.join()
    assert middleware(ask.post(READINGS)).content == b"served"


def test_a_reading_that_failed_has_ended_too(ask, settings):
    settings.READINGS_AT_ONCE = 1

    def fail(_):
        raise ZeroDivisionError

    middleware = OverloadMiddleware(fail)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            middleware(ask.post(READINGS))


@pytest.fixture
def connection():
    """Both ends of a connection over TCP: the server's, and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    with client, server:
        yield server, client


def test_the_kernel_tells_how_long_a_request_has_waited(ask, connection):
    server, client = connection
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    time.sleep(0.3)
    assert 0.25 < waited(ask.get("/", **{"gunicorn.socket": server})) < 30


def test_what_was_sent_just_now_has_not_waited(ask, connection):
    server, client = connection
    time.sleep(0.3)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    server.recv(1)
    short = waited(ask.get("/", **{"gunicorn.socket": server}))
    time.sleep(0.3)
    assert waited(ask.get("/", **{"gunicorn.socket": server})) >= short + 0.25


def test_other_connections_tell_nothing(ask):
    with socket.socket(socket.AF_UNIX) as other:
        assert waited(ask.get("/", **{"gunicorn.socket": other})) == 0
    assert waited(ask.get("/")) == 0


def test_the_site_stands_behind_it(client, late):
    assert_problem(client.get(READINGS), 503, "site_busy")
