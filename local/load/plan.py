"""What locust is told, as a file: it runs in an environment of its own, which has nothing but locust."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "LOAD_PLAN"
"""The variable that names the file."""

Strokes = Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Plan:
    """Who asks for what, where, and how often at most."""

    url: str
    users: Sequence[Mapping[str, str]]
    """Headers of each user's requests; when there are more of locust's users, they share."""
    drawing: Sequence[Strokes]
    """A drawing as it grows: all of its ink at each moment that it is read."""
    results: str
    """The file for what came of each request, a line of JSON each."""
    readings: int
    """After so many readings it is enough."""

    def save(self, file: Path) -> None:
        """Write it, for its owner alone: it holds tokens."""
        file.touch(mode=0o600)
        file.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, file: Path) -> "Plan":
        """Read what `save` wrote."""
        return cls(**json.loads(file.read_text()))
