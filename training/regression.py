"""Holds a model that is about to be released against an archive, so that none replaces a better one."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training import archive_files, facts, reported
from training.reported import Scored

TOLERANCE = 0.005
"""By how much CER may be higher than the archive's, set by set: 0.5 points."""

Rates = Mapping[str, Mapping[str, float]]
"""CER by set and decoder."""


class RegressionError(Exception):
    """The model reads something worse than the archive does."""


@dataclass(frozen=True)
class Bar:
    """The archive that a model is held against, and by how much it may be worse."""

    archive: Path
    tolerance: float = TOLERANCE

    def hold(self, scored: Scored, data: Path, sets: Mapping[str, str]) -> None:
        """RegressionError where the scores of a model are worse on any set, by either decoder.

        `sets` are the fingerprints of the sets that were scored.
        """
        known = facts.scores_on(self.archive, sets)
        missing = [name for name in sets if name not in known]
        worse = _worse(rates(scored), {**known, **_read(self.archive, data, missing)}, self.tolerance)
        if worse:
            raise RegressionError(f"worse than {self.archive.name}: " + "; ".join(worse))


def rates(scored: Scored) -> Rates:
    """The CER alone of scores."""
    return {name: {decoder: of["cer"] for decoder, of in by.items()} for name, by in scored.items()}


def _read(archive: Path, data: Path, names: list[str]) -> Rates:
    """Read sets, today's items with today's code, of which the archive's facts say nothing."""
    if not names:
        return {}
    with tempfile.TemporaryDirectory() as scratch:
        recogniser = archive_files.recogniser(archive, Path(scratch))
        return rates(reported.scores(recogniser, data, names))


def _worse(found: Rates, known: Rates, tolerance: float) -> list[str]:
    return [
        f"{name} by {decoder}, CER {found[name][decoder]:.2%} against {cer:.2%}"
        for name, by in known.items()
        for decoder, cer in by.items()
        if found[name][decoder] > cer + tolerance
    ]
