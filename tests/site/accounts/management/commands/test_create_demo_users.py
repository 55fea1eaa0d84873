"""The demo users: made once, set right again, with passwords that nobody sees."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pymano.accounts.models import User

PASSWORDS = {"admin": "one horse", "bob": "two horses", "sophie": "three horses"}


@pytest.fixture
def _passwords(monkeypatch):
    for name, password in PASSWORDS.items():
        monkeypatch.setenv(f"DEMO_{name.upper()}_PASSWORD", password)


def create() -> str:
    said = StringIO()
    call_command("create_demo_users", stdout=said)
    return said.getvalue()


@pytest.mark.usefixtures("_passwords")
def test_it_makes_a_superuser_and_two_users():
    assert create() == "Demo users: admin, bob, sophie (3 new).\n"
    users = {user.username: user for user in User.objects.all()}
    assert {name: user.is_superuser for name, user in users.items()} == {
        "admin": True,
        "bob": False,
        "sophie": False,
    }
    for name, user in users.items():
        assert user.check_password(PASSWORDS[name])
        assert (user.email, user.email_verified) == (f"{name}@example.com", True)
        assert user.is_staff == user.is_superuser


@pytest.mark.usefixtures("_passwords")
def test_a_second_time_it_changes_nothing():
    create()
    before = list(User.objects.values_list("pk", "password"))
    assert create() == "Demo users: admin, bob, sophie (0 new).\n"
    assert list(User.objects.values_list("pk", "password")) == before


@pytest.mark.usefixtures("_passwords")
def test_it_sets_right_what_was_changed(monkeypatch):
    create()
    User.objects.filter(username="bob").update(is_staff=True, is_superuser=True, email="b@x.org")
    User.objects.filter(username="admin").update(is_active=False, is_superuser=False)
    monkeypatch.setenv("DEMO_SOPHIE_PASSWORD", "a new one")
    create()
    bob, admin, sophie = (User.objects.get(username=name) for name in ("bob", "admin", "sophie"))
    assert (bob.is_staff, bob.is_superuser, bob.email) == (False, False, "bob@example.com")
    assert (admin.is_active, admin.is_superuser) == (True, True)
    assert sophie.check_password("a new one")


@pytest.mark.usefixtures("_passwords")
@pytest.mark.parametrize("password", ["", None])
def test_without_a_password_it_makes_nobody(monkeypatch, password):
    if password is None:
        monkeypatch.delenv("DEMO_BOB_PASSWORD")
    else:
        monkeypatch.setenv("DEMO_BOB_PASSWORD", password)
    with pytest.raises(CommandError, match="Set DEMO_BOB_PASSWORD in the environment"):
        create()
    assert not User.objects.exists()


@pytest.mark.usefixtures("_passwords")
def test_it_prints_no_password():
    assert not any(password in create() for password in PASSWORDS.values())
