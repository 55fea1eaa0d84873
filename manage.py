#!/usr/bin/env python
"""Puts site/ on the path and runs Django, with the settings that .env.local holds on this machine."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Run the command that the arguments name."""
    sys.path.insert(0, str(ROOT / "site"))
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from pymano import env

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pymano.settings")
    # Nobody's browser waits for a command, and a migration of many rows takes its time.
    os.environ.setdefault("DATABASE_TIMEOUT", "3600")
    try:
        env.load(ROOT / ".env.local")
        settings.INSTALLED_APPS  # noqa: B018 - reads them all, before anything else stumbles over what is missing
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error} (`make run` writes .env.local for this machine.)")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
