import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local import people
from local.people import PeopleError, Person


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, content, self.headers["X-Forwarded-For"]))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b'{"access": "token"}')

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.status, server.url = [], 200, f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_each_registers_under_a_name_and_an_address_of_their_own(site):
    people.gather(site.url, 3)
    assert {path for path, _, _ in site.asked} == {"/api/v1/register/"}
    assert {content["username"] for _, content, _ in site.asked} == {"writer0", "writer1", "writer2"}
    assert len({content["password"] for _, content, _ in site.asked}) == 3
    assert len({origin for _, _, origin in site.asked}) == 3


def test_who_signs_in_is_known_by_a_token(site):
    person = Person(site.url, 7)
    assert person.sign_in() == person.origin | {"Authorization": "Bearer token"}
    [(path, content, origin)] = site.asked
    assert path == "/api/v1/token/"
    assert content == {"username": "writer7", "password": person.password}
    assert origin == person.origin["X-Forwarded-For"]


def test_a_refusal_is_said_in_one_line(site):
    site.status = 429
    with pytest.raises(PeopleError, match=r"\Awriter7 was refused at token: .*\Z"):
        Person(site.url, 7).sign_in()


def test_no_password_is_shown():
    person = Person("", 7)
    assert person.password not in repr(person)


def test_addresses_differ_for_hundreds():
    assert len({Person("", number).origin["X-Forwarded-For"] for number in range(1000)}) == 1000
