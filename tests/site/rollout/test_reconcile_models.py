"""manage.py reconcile_models, once and again and again."""

import signal

import pytest
from django.core.management import CommandError, call_command

from pymano.rollout.management.commands import reconcile_models
from tests.fake_management import FakeManagement
from tests.site.serving.conftest import want

pytestmark = pytest.mark.django_db


@pytest.fixture
def replica(settings):
    with FakeManagement({"1.1": 1}, default="1.1") as fake:
        settings.TORCHSERVE_MANAGEMENT_URL = fake.url
        yield fake


def test_once_it_tells_what_it_did(replica, capsys):
    want("1.1")
    call_command("reconcile_models")
    assert capsys.readouterr().out == f"{replica.url}: 1.1 has 2 workers\n"
    call_command("reconcile_models")
    assert capsys.readouterr().out == f"{replica.url}: is as it should be\n"


def test_once_it_tells_that_nothing_is_wanted(replica, capsys):
    call_command("reconcile_models")
    assert "no version is wanted yet" in capsys.readouterr().out
    assert replica.changes == []


def test_once_it_fails_where_one_is_away(settings, capsys):
    want("1.1")
    settings.TORCHSERVE_MANAGEMENT_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="Not every TorchServe"):
        call_command("reconcile_models")
    assert capsys.readouterr().out == "http://127.0.0.1:9: is away\n"


def test_it_wants_some_time_between_rounds():
    with pytest.raises(CommandError, match="above 0"):
        call_command("reconcile_models", every=0.0)


def test_it_goes_round_until_sigterm_and_shows_that_it_lives(monkeypatch, tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    rounds = []

    def end_at_the_third(self):
        rounds.append(self)
        if len(rounds) == 3:
            signal.raise_signal(signal.SIGTERM)
        return []

    monkeypatch.setattr(reconcile_models.Keeper, "round", end_at_the_third)
    try:
        call_command("reconcile_models", every=0.001, alive=tmp_path / "alive")
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    assert len(rounds) == 3
    assert len(set(map(id, rounds))) == 1
    assert (tmp_path / "alive").exists()
