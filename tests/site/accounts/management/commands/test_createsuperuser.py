"""An administrator from secret files, as containers have them."""

import pytest
from django.core.management import CommandError, call_command

from pymano.accounts.management.commands.createsuperuser import NAMES
from pymano.accounts.models import User


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """The command sets what it read; afterwards none of it is left."""
    for name in NAMES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def secret_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    return file


@pytest.mark.django_db
def test_the_password_may_come_from_a_file(monkeypatch, secret_file):
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "root")
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@example.org")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD_FILE", str(secret_file))
    call_command("createsuperuser", interactive=False, verbosity=0)
    user = User.objects.get(username="root")
    assert user.is_superuser
    assert user.check_password("correct horse battery")


@pytest.mark.django_db
def test_without_a_name_nobody_is_made():
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False, verbosity=0)
    assert not User.objects.exists()
