"""manage.py read FILE…: reads pictures and ink through TorchServe, and keeps nothing."""

import io
import os
import sys
import zlib
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pymano.recognition import inkfile, pictures
from pymano.recognition.models import Decoder
from pymano.recognition.pictures import Picture
from pymano.recognition.reading import recognise
from pymano.recognition.refusal import Refusal
from pymano.recognition.strokes import Strokes
from pymano.serving import client

REASONS: dict[type[client.RecogniserError], str] = {
    client.Unreachable: "the recogniser is away (start it with: make run)",
    client.Busy: "the recogniser is busy or still starting",
    client.TooSlow: "the recogniser took too long",
    client.Rubbish: "the recogniser's answer is not understood",
}


# What would end a name's column or line.
ESCAPED = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r"})


class Command(BaseCommand):
    """Reads each file. One line of output a reading: file, text and confidence, with tabs between."""

    help = "Read pictures (.png, .jpg, …) or ink (.json, .jsonl, .jsonl.gz) through TorchServe."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take files, and the decoder."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--decoder", choices=Decoder.values, default=Decoder.BEAM.value)

    def handle(self, *_: Any, **options: Any) -> None:
        """Read all; what fails is told on standard error, and makes the exit status 1."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # names that are not UTF-8
        try:
            failed = self.read_all(options["files"], options["decoder"])
        except BrokenPipeError:
            # Who listened has heard enough (| head); nothing is left to say, at exit neither.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if failed:
            raise CommandError(f"{failed} could not be read.")

    def read_all(self, files: Iterable[Path], decoder: str) -> int:
        """Read each thing in each file; return how many could not be read."""
        things = (thing for path in files for thing in sources(path))
        return sum(not self.read(name.translate(ESCAPED), load, decoder) for name, load in things)

    def read(self, name: str, load: Callable[[], Strokes | Picture], decoder: str) -> bool:
        """Read one and write its line; return whether that went well."""
        try:
            reading = recognise(load(), decoder)
        except OSError as error:
            return self.fail(name, error.strerror or "it cannot be read")
        except (EOFError, zlib.error):
            return self.fail(name, "the compressed file is damaged")
        except Refusal as refusal:
            return self.fail(name, str(refusal))
        except client.RecogniserError as error:
            return self.fail(name, REASONS[type(error)])
        self.stdout.write(f"{name}\t{' '.join(reading.text.split())}\t{reading.confidence:.3f}")
        return True

    def fail(self, name: str, reason: str) -> bool:
        """Tell why one could not be read."""
        self.stderr.write(f"{name}: {reason}")
        return False


def sources(path: Path) -> Iterator[tuple[str, Callable[[], Strokes | Picture]]]:
    """Yield the name of each thing to read in a file, and what loads it."""
    if not inkfile.is_ink(path):
        yield str(path), lambda: _picture(path)
        return
    try:
        yield from inkfile.items(path)
    except (OSError, EOFError, zlib.error) as error:
        yield str(path), _raising(error)


def _picture(path: Path) -> Picture:
    with path.open("rb") as file:
        return pictures.inspect(file.read(pictures.BYTES + 1))


def _raising(error: Exception) -> Callable[[], Strokes | Picture]:
    def load() -> Strokes | Picture:
        raise error

    return load
