import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_the_process_lives_whatever_else_does(nowhere):
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.parametrize(("mood", "state"), [("ready", "ready"), ("starting", "starting"), ("away", "away")])
def test_it_is_ready_whatever_the_recogniser_is(db, torchserve, mood, state):
    torchserve.mood = mood
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ready", "recogniser": state}


def test_it_is_not_ready_without_a_database(torchserve, monkeypatch):
    def away(*_, **__):
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", away)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "away", "recogniser": "ready"}


def test_it_is_not_ready_before_its_tables_are_there(db, torchserve):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO moved_away")
        try:
            assert Client().get("/readyz").status_code == 503
        finally:  # MySQL has no transactions for tables
            cursor.execute("ALTER TABLE moved_away RENAME TO django_migrations")


def test_it_asks_the_recogniser_once_however_often_it_is_asked(db, torchserve, monkeypatch):
    from pymano.serving import client
    from pymano.serving.state import State

    asked = []
    monkeypatch.setattr(client.state, "ask", lambda: asked.append(1) or State("away"))
    monkeypatch.setattr(client.state, "seconds", 60)
    for _ in range(20):
        Client().get("/readyz")
    assert len(asked) == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_are_only_looked_at_and_never_kept(path, db, torchserve):
    assert Client().post(path).status_code == 405
    assert "no-store" in Client().get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_not_sent_to_https(path, db, torchserve, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(path).status_code == 200
