"""The facts of a release, for programs: `crnn-1.1.json` holds what the card tells in words."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from crnn.checkpoint import Checkpoint
from training import archive_files
from training.reported import Scored

Facts = Mapping[str, Any]

_SCORES = ("cer", "cer_interval", "wer", "exact", "top3", "ece", "n")


def gather(
    archive: Path, weights: Path, *, version: str, scored: Scored, sets: Mapping[str, str], created: datetime
) -> Facts:
    """Everything of one release; `sets` are the fingerprints of the sets that were scored."""
    return {
        "model": "crnn",
        "version": version,
        "archive": {
            "file": archive.name,
            "size": archive.stat().st_size,
            "sha256": archive_files.sha256(archive),
        },
        "weights_sha256": archive_files.sha256(weights),
        "created": created.isoformat(timespec="seconds"),
        "exports": Checkpoint.load(weights).notes.get("exports", []),
        "scores": _rows(scored, sets),
    }


def _rows(scored: Scored, sets: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"set": name, "items_sha256": sets[name], "decoder": decoder} | {key: of[key] for key in _SCORES}
        for name, decoders in scored.items()
        for decoder, of in decoders.items()
    ]


def path(archive: Path) -> Path:
    """Where the facts of an archive lie."""
    return archive.with_suffix(".json")


def write(facts: Facts, to: Path) -> None:
    """Write facts to a file."""
    to.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def scores_on(archive: Path, sets: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """CER by set and decoder, as the facts of an archive have it, of those sets that are still the same."""
    known: dict[str, dict[str, float]] = {}
    if path(archive).exists():
        for row in json.loads(path(archive).read_text(encoding="utf-8"))["scores"]:
            if (row["set"], row["items_sha256"]) in sets.items():
                known.setdefault(row["set"], {})[row["decoder"]] = row["cer"]
    return known
