"""What runs before the site starts, at every start."""

import pytest
from django.core.management import call_command

from pymano.accounts.management.commands.createsuperuser import NAMES
from pymano.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """The administrator whom the environment names."""
    values = ("root", "root@example.org", "correct horse battery")
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)


def test_it_makes_the_first_administrator():
    call_command("prepare", verbosity=0)
    assert User.objects.get().is_superuser


def test_it_may_be_run_again():
    call_command("prepare", verbosity=0)
    call_command("prepare", verbosity=0)
    assert User.objects.count() == 1


def test_where_there_is_an_administrator_no_other_is_made():
    User.objects.create_superuser("alice", "alice@example.org", "correct horse battery")
    call_command("prepare", verbosity=0)
    assert [user.username for user in User.objects.all()] == ["alice"]


def test_where_none_is_named_none_is_made(monkeypatch):
    monkeypatch.delenv("DJANGO_SUPERUSER_USERNAME")
    call_command("prepare", verbosity=0)
    assert not User.objects.exists()
