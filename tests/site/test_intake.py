import socket
import time
from io import BytesIO
from typing import Any

import pytest

from pymano.api.limits import JSON
from pymano.intake import DROPPED, Intake


class Body(BytesIO):
    """A chunked body, as gunicorn hands it on: it ends, but does not say where."""


def seen_by_django(**environ: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def application(environ, start_response):
        seen.update(environ)
        return [b"answer"]

    list(Intake(application)({"REQUEST_METHOD": "POST", "wsgi.input": BytesIO(), **environ}, lambda *_: None))
    return seen


def chunked(body: bytes) -> dict[str, Any]:
    return {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": Body(body)}


def test_a_chunked_body_is_given_a_length():
    seen = seen_by_django(**chunked(b"x" * 200_000))
    assert seen["CONTENT_LENGTH"] == "200000"
    assert seen["wsgi.input"].read() == b"x" * 200_000


def test_of_one_that_is_too_long_django_sees_only_as_much_as_shows_it():
    seen = seen_by_django(**chunked(b"x" * (JSON + 5_000_000)))
    assert seen["CONTENT_LENGTH"] == str(JSON + 1)
    assert len(seen["wsgi.input"].read()) == JSON + 1


class Endless(BytesIO):
    """A body that goes on for ever."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0
        self.taken += size
        return bytes(size)


@pytest.mark.parametrize("how", [{"CONTENT_LENGTH": "200000"}, chunked(b"")], ids=["length", "chunks"])
def test_what_nobody_reads_is_dropped_to_let_the_answer_be_heard(how):
    body = BytesIO(b"x" * 200_000)
    seen_by_django(**how | {"wsgi.input": body})
    assert body.tell() == 200_000


def test_but_not_without_end():
    body = Endless()
    seen_by_django(**{"CONTENT_LENGTH": str(10**15), "wsgi.input": body})
    assert body.taken == DROPPED


def test_nothing_is_read_behind_the_end_of_a_body():
    body = BytesIO(b"x" * 10 + b"the next request")
    seen_by_django(**{"CONTENT_LENGTH": "10", "wsgi.input": body})
    assert body.tell() == 10


def test_who_has_gone_needs_no_answer():
    class Gone(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError

    assert seen_by_django(**{"CONTENT_LENGTH": "10", "wsgi.input": Gone()})


def test_a_body_that_does_not_end_is_left_alone():
    body = chunked(b"x") | {"wsgi.input_terminated": False}
    assert "CONTENT_LENGTH" not in seen_by_django(**body)


@pytest.mark.parametrize("how", [{"CONTENT_LENGTH": "10"}, chunked(b"")], ids=["length", "chunks"])
def test_a_body_that_comes_too_slowly_is_cut_off(how, monkeypatch):
    """Nobody sends the rest here: it would be waited for for ever."""
    monkeypatch.setattr("pymano.intake.SECONDS", 0.05)
    monkeypatch.setattr("pymano.intake.PACE", 10**12)
    read = []
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        theirs.sendall(b"begun")
        intake = Intake(lambda environ, _: [read.append(environ["wsgi.input"].read())])
        intake(
            {"REQUEST_METHOD": "POST", "gunicorn.socket": ours, **how, "wsgi.input": body}, lambda *_: None
        )
        assert read == [b"begun"]
        ours.sendall(b"answer")
        assert theirs.recv(6) == b"answer"


def test_a_body_that_is_there_is_not_cut_off(monkeypatch):
    monkeypatch.setattr("pymano.intake.SECONDS", 0.05)
    monkeypatch.setattr("pymano.intake.PACE", 10**12)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        seen_by_django(**{"CONTENT_LENGTH": "2", "wsgi.input": BytesIO(b"{}"), "gunicorn.socket": ours})
        time.sleep(0.2)
        theirs.sendall(b"the next request")
        assert ours.recv(16) == b"the next request"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=rot13", "application/json"),
        ("multipart/form-data; Charset=utf-16; boundary=x", "multipart/form-data; boundary=x"),
        ("", ""),
    ],
)
def test_no_charset_but_utf_8_is_heard_of(before, after):
    assert seen_by_django(CONTENT_TYPE=before)["CONTENT_TYPE"] == after


def test_head_has_no_body_and_closes_what_it_leaves():
    class Answer(list[bytes]):
        closed = False

        def close(self) -> None:
            self.closed = True

    answer, environ = Answer([b"answer"]), {"wsgi.input": BytesIO()}
    intake = Intake(lambda *_: answer)
    assert list(intake(environ | {"REQUEST_METHOD": "HEAD"}, lambda *_: None)) == []
    assert answer.closed
    assert list(intake(environ | {"REQUEST_METHOD": "GET"}, lambda *_: None)) == [b"answer"]
