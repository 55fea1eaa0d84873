"""The model card: how a model was made, how well it reads, what it cannot do."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crnn.checkpoint import Checkpoint
from training import archive_files, optimise
from training.reported import REPORTED, Scored

TEMPLATE = Path(__file__).with_name("model_card.md")


def write(version: str, path: Path, check: optimise.Check, scored: Scored) -> str:
    """Fill in the card's template for the checkpoint at `path`."""
    checkpoint = Checkpoint.load(path)
    config = checkpoint.notes["config"]
    parameters = sum(weight.numel() for weight in checkpoint.network.parameters())
    return TEMPLATE.read_text(encoding="utf-8").format(
        version=version,
        parameters=f"{parameters / 1e6:.1f}",
        characters=len(checkpoint.alphabet.characters),
        minutes=round(checkpoint.notes["minutes"]),
        steps=f"{checkpoint.notes['steps']:,}",
        seed=config["seed"],
        start=f"the weights of `{Path(config['start']).stem}`" if "start" in config else "nothing",
        soup=_soup(checkpoint.notes.get("soup", [])),
        recipe=config.get("recipe", f"crnn-{version}.toml"),
        corrections=_corrections(checkpoint.notes.get("exports", [])),
        weights=", ".join(f"{name} {weight:g}" for name, weight in config["weights"].items()),
        sha256=archive_files.sha256(path),
        commit=_commit(),
        scores="\n".join(_rows(scored)),
        **_served(check),
    )


def _soup(averaged: Sequence[str]) -> str:
    """What the weights are the mean of, where they are that of several checkpoints."""
    named = " and ".join(f"`{name}`" for name in averaged)
    return f"; then `make soup`, the mean of the weights of {named}" if len(averaged) > 1 else ""


def _corrections(exports: Sequence[str]) -> str:
    """A row of the table for what users let train, where there is any."""
    if not exports:
        return ""
    named = ", ".join(f"`{export}`" for export in exports)
    return (
        f"\n| Corrections by users who agreed, all but the held-out writers': {named} | for training alone |"
    )


def _served(check: optimise.Check) -> dict[str, str]:
    """What the template says of the optimised network."""
    return {
        "variant": check.variant,
        "checked": f"{check.words:,}",
        "served_cer": f"{check.found.cer:.2%}",
        "reference_cer": f"{check.reference.cer:.2%}",
        "served_ms": f"{check.found.milliseconds:.1f}",
        "reference_ms": f"{check.reference.milliseconds:.1f}",
    }


def _rows(scored: Scored) -> list[str]:
    return [
        f"| `{name}`: {what} | {decoder} | {_row(of)} |"
        for name, what in REPORTED.items()
        for decoder, of in scored[name].items()
    ]


def _row(of: Mapping[str, Any]) -> str:
    low, high = of["cer_interval"]
    rates = [f"{of[name]:.1%}" for name in ("wer", "exact", "top3")]
    return " | ".join([f"{of['cer']:.2%} ({low:.1%}-{high:.1%})", *rates, f"{of['ece']:.3f}", f"{of['n']:,}"])


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"
