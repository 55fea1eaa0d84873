"""Makes the users of a first look: admin, who is a superuser, and bob and sophie, who are not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pymano import env
from pymano.accounts.models import User

SUPERUSER = "admin"
NAMES = [SUPERUSER, "bob", "sophie"]


class Command(BaseCommand):
    """Makes the demo users, or brings them back to what they were, with passwords from the environment."""

    help = "Make the users admin, bob and sophie with the passwords in DEMO_ADMIN_PASSWORD, and so on."

    def handle(self, *_: Any, **__: Any) -> None:
        """Make all of them or, where a password is missing, none."""
        passwords = {name: env.text(variable(name), "") for name in NAMES}
        if missing := [variable(name) for name, password in passwords.items() if not password]:
            raise CommandError(f"Set {', '.join(missing)} in the environment.")
        with transaction.atomic():
            made = [name for name, password in passwords.items() if provide(name, password)]
        self.stdout.write(f"Demo users: {', '.join(NAMES)} ({len(made)} new).")


def variable(name: str) -> str:
    """Return the name of the variable that holds somebody's password."""
    return f"DEMO_{name.upper()}_PASSWORD"


def provide(name: str, password: str) -> bool:
    """Make one user, or set the user right; True when there was none."""
    user = User.objects.filter(username=name).first() or User(username=name)
    new = user.pk is None
    user.email = f"{name}@example.com"
    user.is_active = True
    user.is_staff = user.is_superuser = name == SUPERUSER
    if new or not user.check_password(password):
        user.set_password(password)
    user.save()
    user.use_address(user.email, verified=True)
    return new
