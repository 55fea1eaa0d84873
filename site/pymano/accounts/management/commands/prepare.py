"""Makes an installation ready to serve, however often it is run: what compose does before the site starts."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from pymano import env
from pymano.accounts.models import User


class Command(BaseCommand):
    """Migrates, makes the cache's table, and makes the first administrator where one is named."""

    help = "Migrate, make the cache's table, and DJANGO_SUPERUSER_USERNAME where there is no administrator."

    def handle(self, *_: Any, verbosity: int, **__: Any) -> None:
        """Do all of it; what is there already is left alone."""
        said = {"stdout": self.stdout, "verbosity": verbosity}
        call_command("migrate", interactive=False, **said)
        call_command("createcachetable", **said)
        named = env.text("DJANGO_SUPERUSER_USERNAME", "")
        if named and not User.objects.filter(is_superuser=True).exists():
            call_command("createsuperuser", interactive=False, **said)
