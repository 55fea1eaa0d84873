"""Waits for the database, or for what another container's `prepare` makes in it."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """Ends as soon as the database is there; fails where that takes too long."""

    help = "Wait until the database answers and, with --prepared, has what this version's `prepare` makes."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to wait for, and how long."""
        parser.add_argument("--prepared", action="store_true")
        parser.add_argument("--seconds", type=float, default=300)

    def handle(self, *_: Any, prepared: bool, seconds: float, **__: Any) -> None:
        """Wait; what is missing is said once."""
        deadline = time.monotonic() + seconds
        said = ""
        while missing := what_is_missing(prepared=prepared):
            if time.monotonic() >= deadline:
                raise CommandError(f"{missing} (waited {seconds:g} s)")
            if missing != said:
                self.stdout.write(f"Waiting. {missing}")
                said = missing
            time.sleep(PAUSE_SECONDS)


def what_is_missing(*, prepared: bool) -> str:
    """Return why the database cannot be used yet, in a sentence; nothing when it can."""
    try:
        connection.ensure_connection()
        return _unprepared() if prepared else ""
    except DatabaseError as error:
        connection.close()
        return f"The database does not answer: {error}"


def _unprepared() -> str:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "Migrations have not been applied."
    if not _tables_of_caches() <= {*connection.introspection.table_names()}:
        return "The cache's table has not been made."
    return ""


def _tables_of_caches() -> set[str]:
    databases = (cache for cache in caches.all() if isinstance(cache, BaseDatabaseCache))
    return {cache.cache_model_class._meta.db_table for cache in databases}
