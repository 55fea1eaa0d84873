"""manage.py training_exports: which exports, and which versions, used readings that are gone or withdrawn."""

from typing import Any

from django.core.management.base import BaseCommand

from pymano.serving import catalogue
from pymano.teaching.models import TrainingExport

COLUMNS = ("export", "made", "readings", "deleted since", "withdrawn since", "versions")


class Command(BaseCommand):
    """Lists exports, the newest first, one a line, with tabs between."""

    help = (
        "List exports, what of them was deleted or withdrawn since, and the versions that learnt from them."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        """Write the table."""
        self.stdout.write("\t".join(COLUMNS))
        archives = catalogue.archives()
        for export in TrainingExport.objects.counted():
            made = f"{export.created_at:%Y-%m-%d %H:%M} UTC"
            counts = (export.exported, export.deleted, export.withdrawn)
            versions = ", ".join(export.versions_in(archives))
            self.stdout.write("\t".join([str(export.pk), made, *map(str, counts), versions]))
