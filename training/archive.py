"""Packs a checkpoint as a TorchServe archive: `python -m training.archive CHECKPOINT VERSION DATA`.

The archive, its model card and its hash go to `model_store/`; an archive that is there is never overwritten.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from model_archiver import ModelArchiver, ModelArchiverConfig  # type: ignore[import-untyped]

from crnn.checkpoint import Checkpoint
from crnn.recogniser import DECODERS, Decoder, Recogniser
from training import answers, archive_files, metrics, sets
from training.archive_files import STORE, WEIGHTS

HANDLERS = Path(__file__).resolve().parent.parent / "handlers"
CARD = Path(__file__).with_name("model_card.md")

_REPORTED = (
    ("unipen/words-dev", "words, writers not seen in training"),
    ("unipen/characters-dev", "single characters, writers not seen in training"),
    ("iam-ondb/lines-dev", "lines on a whiteboard; nothing of IAM-OnDB was trained on"),
    ("copiste", "French lines cut from scanned pages, every tenth copy, not trained on"),
)
_SERVING = {
    "batchSize": 1,
    "responseTimeout": 15,
    "startupTimeout": 60,
    "maxRetryTimeoutInSec": 300,
}
"""TorchServe's `model-config.yaml`; times in seconds. Batches of one wait for no others."""


@dataclass(frozen=True)
class Release:
    """A checkpoint about to become an archive."""

    checkpoint: Path
    version: str

    @property
    def archive(self) -> Path:
        """Where the archive goes."""
        return STORE / f"crnn-{self.version}.mar"


def pack(release: Release, card: str, into: Path) -> Path:
    """Build the archive in the folder `into`: weights, handler, the package `crnn`, the card."""
    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        extra = stage / "extra"
        shutil.copytree(HANDLERS / "crnn", extra / "crnn", ignore=shutil.ignore_patterns("__pycache__"))
        (extra / "model_card.md").write_text(card, encoding="utf-8")
        shutil.copyfile(release.checkpoint, stage / WEIGHTS)
        (stage / "model-config.yaml").write_text(yaml.safe_dump(_SERVING))
        config = ModelArchiverConfig(
            model_name="crnn",
            version=release.version,
            handler=str(HANDLERS / "crnn_handler.py"),
            serialized_file=str(stage / WEIGHTS),
            extra_files=str(extra),
            config_file=str(stage / "model-config.yaml"),
            export_path=str(into),
            force=True,
        )
        ModelArchiver.generate_model_archive(config)
    return (into / "crnn.mar").replace(into / release.archive.name)


def scores(checkpoint: Checkpoint, data: Path) -> dict[str, dict[str, metrics.Scores]]:
    """Score the reported sets with each decoder."""
    recogniser = Recogniser(checkpoint)
    chosen = {name: list(sets.items(_path(data, name))) for name, _ in _REPORTED}
    return {
        name: {decoder: _score(recogniser, items, decoder) for decoder in DECODERS}
        for name, items in chosen.items()
    }


def _path(data: Path, name: str) -> Path:
    return data / name if name == "copiste" else data / f"{name}.jsonl.gz"


def _score(recogniser: Recogniser, items: Sequence[sets.Item], decoder: Decoder) -> metrics.Scores:
    read = list(answers.read(recogniser, items, decoder))
    return metrics.score([answer.written for answer in read], [answer.text for answer in read])


def model_card(
    release: Release, checkpoint: Checkpoint, scored: Mapping[str, Mapping[str, metrics.Scores]]
) -> str:
    """Fill in the card's template."""
    config = checkpoint.notes["config"]
    parameters = sum(weight.numel() for weight in checkpoint.network.parameters())
    return CARD.read_text(encoding="utf-8").format(
        version=release.version,
        parameters=f"{parameters / 1e6:.1f}",
        characters=len(checkpoint.alphabet.characters),
        minutes=round(checkpoint.notes["minutes"]),
        steps=f"{checkpoint.notes['steps']:,}",
        seed=config["seed"],
        weights=", ".join(f"{name} {weight:g}" for name, weight in config["weights"].items()),
        sha256=archive_files.sha256(release.checkpoint),
        commit=_commit(),
        scores="\n".join(_rows(scored)),
    )


def _rows(scored: Mapping[str, Mapping[str, metrics.Scores]]) -> list[str]:
    return [
        f"| `{name}`: {what} | {decoder} | {of.cer:.1%} | {of.wer:.1%} | {of.exact:.1%} | {of.n:,} |"
        for name, what in _REPORTED
        for decoder, of in scored[name].items()
    ]


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def main() -> None:
    """Read the command line, score, pack, list the hash."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("version")
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    release = Release(arguments.checkpoint, arguments.version)
    if release.archive.exists():
        raise SystemExit(f"{release.archive.name} is there already: give the next version")
    checkpoint = Checkpoint.load(release.checkpoint)
    card = model_card(release, checkpoint, scores(checkpoint, arguments.data))
    with tempfile.TemporaryDirectory() as scratch:
        shutil.move(pack(release, card, Path(scratch)), release.archive)
    release.archive.with_suffix(".md").write_text(card, encoding="utf-8")
    archive_files.list_sums(STORE)


if __name__ == "__main__":
    main()
