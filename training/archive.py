"""Packs a checkpoint as a TorchServe archive: `python -m training.archive CHECKPOINT VERSION DATA`.

The archive, its model card, its facts and its hash go to `model_store/`; an archive that is there is never
overwritten, and none is made of a model that reads worse than the newest does, or than the one named.
Beside the checkpoint lies `habits.json`, which `training.tune` writes.
"""

import argparse
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
import yaml
from model_archiver import ModelArchiver, ModelArchiverConfig  # type: ignore[import-untyped]

from crnn import bundle
from crnn.checkpoint import Checkpoint
from training import archive_files, facts, language, model_card, optimise, regression, reported
from training.archive_files import STORE
from training.regression import Bar

HANDLERS = Path(__file__).resolve().parent.parent / "handlers"

_SERVING = {
    "batchSize": 4,
    "maxBatchDelay": 1,
    "responseTimeout": 15,
    "startupTimeout": 60,
    "maxRetryTimeoutInSec": 300,
}
"""TorchServe's `model-config.yaml`; times in seconds, but for the delay, in ms.

A batch saves TorchServe's own work while requests queue up. One that comes alone waits a millisecond for
others; TorchServe takes 0 for its default of 100.
"""


@dataclass(frozen=True)
class Release:
    """A checkpoint about to become an archive."""

    checkpoint: Path
    version: str
    bar: Bar | None
    """What it is held against; None for the first of all."""

    @property
    def archive(self) -> Path:
        """Where the archive goes."""
        return STORE / f"crnn-{self.version}.mar"

    @property
    def habits(self) -> Path:
        """How the checkpoint's answers are read."""
        return self.checkpoint.parent / bundle.HABITS

    def check(self) -> None:
        """SystemExit where its version is none, it is released already, or not ready to be."""
        if not archive_files.is_release(self.archive.name):
            raise SystemExit(f"{self.version} is no version: numbers with dots are, as in 1.7")
        if self.archive.exists():
            raise SystemExit(f"{self.archive.name} is there already: give the next version")
        if not self.habits.exists():
            raise SystemExit(f"{self.habits} is missing: make tune writes it")
        if archive_files.is_benchmark(Checkpoint.load(self.checkpoint)):
            raise SystemExit(f"{self.checkpoint} learnt from data that are for research alone")
        if not archive_files.has_own_habits(self.checkpoint):
            raise SystemExit(
                f"{self.habits} is of other weights, or does not say: make tune of {self.checkpoint}"
            )


def fill(folder: Path, release: Release, data: Path) -> optimise.Check:
    """Make a bundle in a folder, and say how its optimised network does beside the reference."""
    shutil.copyfile(release.checkpoint, folder / bundle.WEIGHTS)
    shutil.copyfile(release.habits, folder / bundle.HABITS)
    tuned = release.checkpoint.parent / bundle.LANGUAGE
    if tuned.exists():  # the very languages that the habits were found with
        shutil.copyfile(tuned, folder / bundle.LANGUAGE)
    else:
        language.build(data, folder / bundle.LANGUAGE)
    held_out = optimise.held_out(data, release.checkpoint.parent.parent / "cache")
    return optimise.optimise(Checkpoint.load(release.checkpoint), held_out, folder / bundle.OPTIMISED)


def pack(release: Release, filled: Path, card: str, into: Path) -> Path:
    """Build the archive in the folder `into`: the bundle `filled`, handler, the package `crnn`, the card."""
    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        extra = stage / "extra"
        shutil.copytree(HANDLERS / "crnn", extra / "crnn", ignore=shutil.ignore_patterns("__pycache__"))
        for file in set(bundle.FILES) - {bundle.WEIGHTS}:
            shutil.copyfile(filled / file, extra / file)
        (extra / "model_card.md").write_text(card, encoding="utf-8")
        (stage / "model-config.yaml").write_text(yaml.safe_dump(_SERVING))
        config = ModelArchiverConfig(
            model_name="crnn",
            version=release.version,
            handler=str(HANDLERS / "crnn_handler.py"),
            serialized_file=str(filled / bundle.WEIGHTS),
            extra_files=str(extra),
            config_file=str(stage / "model-config.yaml"),
            export_path=str(into),
            force=True,
        )
        ModelArchiver.generate_model_archive(config)
    return (into / "crnn.mar").replace(into / release.archive.name)


def build(release: Release, data: Path, scratch: Path, now: datetime) -> None:
    """Fill, score, hold against the bar and pack, all in `scratch`; what comes of it goes to the store."""
    filled = scratch / "bundle"
    filled.mkdir()
    check = fill(filled, release, data)
    scored, sets = reported.scores(bundle.load(filled, "onnx"), data), reported.fingerprints(data)
    if release.bar:
        release.bar.hold(scored, data, sets)
    card = model_card.write(release.version, release.checkpoint, check, scored)
    packed = pack(release, filled, card, scratch)
    known = facts.gather(
        packed,
        release.checkpoint,
        version=release.version,
        scored=scored,
        sets=sets,
        created=now,
    )
    _put(release.archive, packed, card, known)


def _put(archive: Path, packed: Path, card: str, known: facts.Facts) -> None:
    """Bring all to the store and list it; the archive comes last and whole, for it takes the version."""
    archive.with_suffix(".md").write_text(card, encoding="utf-8")
    facts.write(known, facts.path(archive))
    arriving = archive.with_suffix(".part")
    shutil.move(packed, arriving)
    arriving.replace(archive)
    archive_files.list_sum(archive)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("version")
    parser.add_argument("data", type=Path)
    parser.add_argument("--against", type=Path, help="the archive to be as good as; by default the newest")
    parser.add_argument(
        "--tolerance",
        type=float,
        default=regression.TOLERANCE,
        help="how much higher CER may be",
    )
    return parser.parse_args()


def _bar(arguments: argparse.Namespace) -> Bar | None:
    """The archive named, or the newest; SystemExit where what is named is not there."""
    if arguments.against and not arguments.against.is_file():
        raise SystemExit(f"{arguments.against} is missing")
    archive = arguments.against or next(reversed(archive_files.released(STORE)), None)
    return Bar(archive, arguments.tolerance) if archive else None


def main() -> None:
    """Read the command line, check, build."""
    arguments = _arguments()
    torch.set_num_threads(1)
    release = Release(arguments.checkpoint, arguments.version, _bar(arguments))
    release.check()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            build(release, arguments.data, Path(scratch), datetime.now(UTC))
        except optimise.OptimiseError as error:
            raise SystemExit(f"nothing reads like the reference: {error}") from error
        except regression.RegressionError as error:
            raise SystemExit(f"not released, {error}") from error


if __name__ == "__main__":
    main()
