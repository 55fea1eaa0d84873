"""The archives that may be registered: those that the project ships, and those that a superuser has uploaded.

Shipped ones stand in the model store's SHA256SUMS, uploaded ones in the database. The store of the site may
hold cards and hashes without the archives, as in its image: TorchServe's own store has them then.
"""

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from django.conf import settings

from pymano.serving.models import ApprovedArchive

State = Literal["whole", "damaged", "elsewhere"]

CARD: Final = "model_card.md"
CARD_BYTES: Final = 200_000
_SCORES: Final = ("cer", "wer", "exact")


@dataclass(frozen=True)
class Score:
    """How a version does on a set of the project: rates as fractions, the interval of the CER at 95 %."""

    set: str
    decoder: str
    cer: float
    cer_interval: tuple[float, float] | None
    wer: float
    exact: float
    items: int


@dataclass(frozen=True)
class Archive:
    """One archive, and what is known of it; `size` in bytes, None where nothing tells it."""

    name: str
    version: str
    sha256: str
    uploaded: bool
    state: State
    size: int | None
    scores: tuple[Score, ...]
    created: datetime | None
    exports: tuple[str, ...]

    @property
    def may_be_loaded(self) -> bool:
        """Whether TorchServe may be told to load it: one that is elsewhere is checked where it lies."""
        return self.state != "damaged"

    @property
    def card(self) -> str:
        """The model card, Markdown: the one beside the archive, or that inside; empty where there is none."""
        try:
            return _beside(self.name, ".md").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return _card_inside(settings.MODEL_STORE / self.name)


def archives() -> list[Archive]:
    """Return all that may be registered, oldest first, as SHA256SUMS has them; uploaded ones follow."""
    shipped = [_archive(name, version_in(name), sha256) for name, sha256 in _listed().items()]
    known = {archive.version for archive in shipped}
    uploaded = ApprovedArchive.objects.exclude(version__in=known)
    return shipped + [_archive(one.name, one.version, one.sha256, approved=one) for one in uploaded]


def find(version: str) -> Archive | None:
    """Return the archive of a version, where there is one."""
    return next((archive for archive in archives() if archive.version == version), None)


def version_in(name: str) -> str:
    """Return the version that an archive's name tells: "crnn-1.2.mar" -> "1.2"."""
    return Path(name).stem.removeprefix(f"{settings.TORCHSERVE_MODEL}-")


def _listed() -> dict[str, str]:
    try:
        lines = (settings.MODEL_STORE / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
        pairs = (line.split() for line in lines if line.strip())
        return {name: sha256 for sha256, name in pairs}
    except (OSError, ValueError):
        return {}


def _archive(name: str, version: str, sha256: str, approved: ApprovedArchive | None = None) -> Archive:
    facts = _facts(name)
    return Archive(
        name=name,
        version=version,
        sha256=sha256,
        uploaded=approved is not None,
        state=_state(settings.MODEL_STORE / name, sha256),
        size=approved.size if approved else _size(name, facts),
        scores=_scores(facts),
        created=_created(facts),
        exports=tuple(map(str, facts.get("exports") or ())),
    )


def _state(path: Path, sha256: str) -> State:
    if not path.is_file():
        return "elsewhere"
    return "whole" if _hash(path) == sha256 else "damaged"


_hashes: dict[Path, tuple[tuple[int, int], str]] = {}


def _hash(path: Path) -> str:
    """Return a file's SHA-256, remembered for as long as its size and the time of its last change stay."""
    stat = path.stat()
    seen = (stat.st_mtime_ns, stat.st_size)
    if path not in _hashes or _hashes[path][0] != seen:
        with path.open("rb") as file:
            _hashes[path] = (seen, hashlib.file_digest(file, "sha256").hexdigest())
    return _hashes[path][1]


def _size(name: str, facts: dict[str, Any]) -> int | None:
    path = settings.MODEL_STORE / name
    if path.is_file():
        return int(path.stat().st_size)
    archive = facts.get("archive")
    size = archive.get("size") if isinstance(archive, dict) else None
    return size if isinstance(size, int) else None


def _beside(name: str, suffix: str) -> Path:
    path: Path = settings.MODEL_STORE / name
    return path.with_suffix(suffix)


def _card_inside(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(CARD) as card:
            return card.read(CARD_BYTES).decode(errors="replace")
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error):
        return ""


def _facts(name: str) -> dict[str, Any]:
    """Return what the file of facts beside an archive says; nothing where there is none, or no such thing."""
    try:
        facts = json.loads(_beside(name, ".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _created(facts: dict[str, Any]) -> datetime | None:
    try:
        created = datetime.fromisoformat(str(facts.get("created")))
    except ValueError:
        return None
    return created if created.tzinfo else created.replace(tzinfo=UTC)


def _scores(facts: dict[str, Any]) -> tuple[Score, ...]:
    try:
        return tuple(map(_score, facts.get("scores") or ()))
    except (TypeError, ValueError, LookupError):
        return ()


def _score(row: dict[str, Any]) -> Score:
    interval = row.get("cer_interval")
    return Score(
        set=str(row["set"]),
        decoder=str(row["decoder"]),
        cer_interval=(float(interval[0]), float(interval[1])) if interval else None,
        items=int(row["n"]),
        **{name: float(row[name]) for name in _SCORES},
    )
