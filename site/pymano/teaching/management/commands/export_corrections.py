"""manage.py export_corrections FOLDER: writes what people let train, for `make train`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pymano.teaching import export
from pymano.teaching.export import Part


class Command(BaseCommand):
    """Exports readings that were corrected or confirmed, and not withdrawn, of people who agree."""

    help = "Export what people corrected or confirmed, and let train, to a new folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that is not there yet")

    def handle(self, *_: Any, **options: Any) -> None:
        """Write the folder, and say what is in it."""
        folder: Path = options["folder"]
        try:
            exported = export.write(folder)
        except FileExistsError as error:
            raise CommandError(f"{folder} is there already: name a new folder.") from error
        except export.NothingToExportError as error:
            raise CommandError("Nobody who agrees has corrected or confirmed a reading.") from error
        except export.ChangedError as error:
            raise CommandError("A reading was withdrawn or deleted meanwhile. Run this again.") from error
        except OSError as error:
            raise CommandError(f"Nothing was exported: {error}") from error
        self.stdout.write(f"Export {exported.export.pk}, in {folder}:")
        self.stdout.write(f"to train on, {_told(exported.train)}")
        self.stdout.write(f"held out to compare with, {_told(exported.held_out)}")
        if exported.left_out:
            self.stdout.write(
                f"left out, for their pictures are gone or damaged: {exported.left_out} readings"
            )


def _told(part: Part) -> str:
    kinds = f"{part.ink} of ink, {part.pictures} of pictures"
    return f"readings: {len(part.readings)} ({kinds}), writers: {len(part.writers)}"
