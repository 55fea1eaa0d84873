"""Django's createsuperuser, which may also read what it needs from files: DJANGO_SUPERUSER_PASSWORD_FILE."""

import os
from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from pymano import env

NAMES = ("DJANGO_SUPERUSER_USERNAME", "DJANGO_SUPERUSER_EMAIL", "DJANGO_SUPERUSER_PASSWORD")


class Command(createsuperuser.Command):
    """Makes an administrator, asking at the terminal or, with --noinput, from the environment."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Put what files hold into this process's environment, where Django looks for it."""
        for name in NAMES:
            if value := env.text(name, ""):
                os.environ[name] = value
        return super().handle(*args, **options)
