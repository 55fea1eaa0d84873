"""Waiting for the database, and for what another process makes in it."""

from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from pymano.accounts.management.commands import await_database

IN_DATABASE = "django.core.cache.backends.db.DatabaseCache"


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """What happens meanwhile, one thing at each pause."""
    events = []
    monkeypatch.setattr(await_database.time, "sleep", lambda _: events.pop(0)())
    return events


@pytest.fixture
def away(monkeypatch):
    """A database that refuses connections until the fixture is called."""

    def refuse():
        raise OperationalError("refused")

    server = SimpleNamespace(ensure_connection=refuse, close=lambda: None)
    monkeypatch.setattr(await_database, "connection", server)
    return lambda: setattr(server, "ensure_connection", lambda: None)


@pytest.fixture
def behind(db):
    """A database to which the last migration of the accounts has not been applied; called, it is."""
    recorder = MigrationRecorder(connection)
    app, name = max(key for key in recorder.applied_migrations() if key[0] == "accounts")
    recorder.record_unapplied(app, name)
    return lambda: recorder.record_applied(app, name)


@pytest.fixture
def cache_in(settings):
    """Keep counters in a table of the database, for the length of the test."""
    before = settings.CACHES

    def use(table):
        settings.CACHES = {"default": {"BACKEND": IN_DATABASE, "LOCATION": table}}

    yield use
    settings.CACHES = before


def test_a_database_that_answers_is_not_waited_for(db, capsys):
    call_command("await_database")
    assert capsys.readouterr().out == ""


def test_it_waits_for_one_that_starts(away, pauses, capsys):
    pauses += [lambda: None, away]
    call_command("await_database")
    assert pauses == []
    assert capsys.readouterr().out == "Waiting. The database does not answer: refused\n"


def test_it_waits_for_migrations(behind, pauses, capsys):
    pauses += [lambda: None, behind]
    call_command("await_database", "--prepared")
    assert pauses == []
    assert capsys.readouterr().out == "Waiting. Migrations have not been applied.\n"


def test_migrations_are_waited_for_where_asked(behind):
    call_command("await_database")


def test_it_waits_for_the_caches_table(db, cache_in, pauses, capsys):
    cache_in("not_there_yet")
    pauses += [lambda: None, lambda: cache_in("accounts_user")]
    call_command("await_database", "--prepared")
    assert pauses == []
    assert capsys.readouterr().out == "Waiting. The cache's table has not been made.\n"


def test_it_waits_no_longer_than_it_is_told(away):
    with pytest.raises(CommandError, match=r"answer: refused \(waited 0 s\)"):
        call_command("await_database", "--seconds", "0")
