"""What only a real server can show: MariaDB, started for these tests, ended and started again."""

import json
import os
import threading

import pytest
from django.db import OperationalError, connection
from django.db.utils import ConnectionHandler

from local import environment, loopback, mariadb
from local.ports import free_ports
from local.website import Site
from pymano import database
from pymano.accounts.models import User
from tests.fake_torchserve import FakeTorchServe
from tests.site.drawings import STROKES

pytest.importorskip("MySQLdb", reason="mysqlclient is not installed (requirements/mysql.txt)")


@pytest.fixture(scope="module")
def server():
    if mariadb.server() is None:
        pytest.skip(mariadb.MISSING)
    with mariadb.throwaway() as running:
        yield running


@pytest.fixture
def connect(server, monkeypatch, tmp_path, django_db_blocker):
    """Open the site's own connections to the server, as many as are asked for."""
    for name, value in server.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_TIMEOUT", "2")
    opened = []

    def open_one():
        handler = ConnectionHandler({"default": database.from_environment(tmp_path)})
        opened.append(handler["default"])
        return opened[-1]

    with django_db_blocker.unblock():  # it keeps tests from their own database alone, but knows no other
        yield open_one
        for one in opened:
            one.close()


def ask(connection, sql="SELECT 1"):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def next_request(connection):
    """What Django does to a connection before each request."""
    connection.close_if_unusable_or_obsolete()


def test_a_server_that_was_restarted_costs_no_request(server, connect):
    kept = connect()
    assert ask(kept) == (1,)
    server.stop()
    server.start()
    server.wait()
    next_request(kept)
    assert ask(kept) == (1,)


def test_while_it_is_away_each_request_fails_and_then_no_more(server, connect):
    kept = connect()
    assert ask(kept) == (1,)
    server.stop()
    try:
        for _ in range(2):
            next_request(kept)
            with pytest.raises(OperationalError):
                ask(kept)
    finally:
        server.start()
        server.wait()
    next_request(kept)
    assert ask(kept) == (1,)


def test_a_question_without_an_answer_ends(connect):
    with pytest.raises(OperationalError):
        ask(connect(), "SELECT SLEEP(600)")


def test_nothing_is_cut_short_or_made_up(connect):
    one = connect()
    ask(one, "SELECT 1")
    with one.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE strict (word VARCHAR(3), day DATE)")
        for values in ("'long', '2026-01-01'", "'abc', '0000-00-00'"):
            with pytest.raises(Exception, match=r"\A\((1406|1292), "):
                cursor.execute(f"INSERT INTO strict VALUES ({values})")


def test_a_database_made_by_others_gets_the_collation(server, connect):
    server.query("ALTER DATABASE pymano CHARACTER SET latin1 COLLATE latin1_swedish_ci")
    one = connect()
    database.connections["other"] = one
    try:
        database.choose_collation("other")
    finally:
        del database.connections["other"]
    assert ask(one, "SELECT @@collation_database") == ("utf8mb4_bin",)


def test_the_site_under_gunicorn_outlives_its_server(server, tmp_path):
    """Readings, before its server stops, while it is away, and after, over connections that were kept."""
    passwords = {environment.password_name(name): "a quiet pencil" for name in environment.DEMO_USERS}
    with FakeTorchServe() as torchserve:
        addresses = {"TORCHSERVE_INFERENCE_URL": torchserve.url, "TORCHSERVE_MANAGEMENT_URL": torchserve.url}
        settings = {
            "DATA_DIR": str(tmp_path / "data"),
            "LOG_FORMAT": "json",
            "SECRET_KEY": os.urandom(40).hex(),
        }
        site = Site(free_ports(1)[0], server.settings | addresses | passwords | settings, tmp_path)
        site.prepare()
        site.start()
        try:
            site.wait()
            program = Program(site.url)
            before = [program.read() for _ in range(8)]
            server.stop()
            away = [program.read() for _ in range(8)]
            server.start()
            server.wait()
            after = [program.read() for _ in range(8)]
        finally:
            site.stop()
    assert (before, away, after) == ([201] * 8, [503] * 8, [201] * 8)
    assert server.query("SELECT COUNT(*) FROM pymano.recognition_prediction").split()[-1] == "16"
    lines = [json.loads(line) for line in (tmp_path / "site.log").read_text().splitlines()]
    assert [
        line["status"] for line in lines if line.get("view") == "api-v1:predictions"
    ] == before + away + after


class Program:
    """Bob's: it signs in, and has one drawing after another read."""

    def __init__(self, url):
        self.http = loopback.session()
        self.api = f"{url}/api/v1"
        tokens = self.post("token/", {"username": "bob", "password": "a quiet pencil"}).json()
        self.http.headers["Authorization"] = f"Bearer {tokens['access']}"

    def post(self, path, body):
        return self.http.post(f"{self.api}/{path}", json=body, timeout=30)

    def read(self):
        return self.post("predictions/", {"strokes": STROKES}).status_code


@pytest.mark.skipif(connection.vendor != "mysql", reason="This is about MySQL")
def test_two_that_lock_each_other_out_both_end_well(transactional_db):
    """Each takes its own row, and when both have one, the other's."""
    from django.db import transaction

    people = [User.objects.create_user(name, f"{name}@example.org").pk for name in ("alice", "bob")]
    both_have_one = threading.Barrier(2)
    ended = []

    def lock_both(first, second):
        met = False

        def do():
            nonlocal met
            with transaction.atomic():
                User.objects.select_for_update().get(pk=first)
                if not met:
                    met = True
                    both_have_one.wait(10)
                User.objects.select_for_update().get(pk=second)
            return True

        try:
            ended.append(database.again_after_deadlock(do))
        finally:
            connection.close()

    threads = [threading.Thread(target=lock_both, args=order) for order in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [True, True]
