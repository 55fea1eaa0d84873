"""`make bench`: one table from one run: the recogniser in process, TorchServe, the site, and Tesseract.

Everything reads the same ink, written for this purpose. Load is bounded: a fixed number of readings a row.
"""

import argparse
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import torch

from crnn import bundle
from local.benchmark import in_process, reader_process, served, tesseract
from local.benchmark.measurement import HEADING, USUAL, Entry, Figure
from local.benchmark.specimen import WORD, read
from training import archive_files


def entries(archive: Path, cores: int) -> Iterator[Entry]:
    """Everything in the table, as it is measured."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield Figure("the archive", archive.stat().st_size / 1e6, "MB")
        unpacked = archive_files.unpack(archive, folder)
        yield from in_process.rows(unpacked, cores)
        alone = partial(_rate, unpacked, cores)
        with served.product(archive, folder, cores) as (torchserve, site):
            yield from served.rows(torchserve)
            yield served.added(torchserve, partial(read, bundle.load(unpacked), WORD))
            yield served.kept(torchserve, alone)
            yield from served.rows(site)
            yield served.kept(site, alone)
            yield from served.memory(torchserve, site)
        yield from tesseract.rows()


def _rate(folder: Path, cores: int) -> float:
    """Words a second that a process on each core reads without a server, by the engine that serves."""
    return reader_process.together(folder, "auto", cores, USUAL // cores).rate


def table(archive: str, measured: Iterable[Entry], cores: int) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    yield f"{archive} on {cores} cores; times of one answer, from ink to text unless it says otherwise"
    yield HEADING
    yield from map(str, measured)


def _archive(name: str) -> Path:
    path = Path(name).resolve()
    if path.suffix != ".mar" or not path.is_file():
        raise argparse.ArgumentTypeError(f"{name} is no archive")
    return path


def main() -> None:
    """Print the table line by line."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--model", type=_archive, help="an archive; the newest where none is named")
    archive: Path = parser.parse_args().model or archive_files.newest()
    cores = os.cpu_count() or 1
    for line in table(archive.name, entries(archive, cores), cores):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
