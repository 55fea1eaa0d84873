"""What lies in `model_store/`: finding, opening and listing archives."""

import hashlib
import re
import zipfile
from pathlib import Path

from crnn.checkpoint import Checkpoint

STORE = Path(__file__).resolve().parent.parent / "model_store"
SUMS = "SHA256SUMS"
WEIGHTS = "crnn.pt"
"""Name of the checkpoint inside an archive."""
_NAME = re.compile(r"crnn-\d+(\.\d+)*\.mar")


def newest(store: Path = STORE) -> Path:
    """The archive of the highest version; FileNotFoundError where there is none."""
    archives = released(store)
    if not archives:
        raise FileNotFoundError(f"no archive in {store}")
    return archives[-1]


def released(store: Path) -> list[Path]:
    """The archives named like `crnn-1.0.mar`, by version: 1.9 comes before 1.10; others are passed over."""
    return sorted((path for path in store.glob("*.mar") if _NAME.fullmatch(path.name)), key=_version)


def _version(archive: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", archive.stem))


def load(path: Path, scratch: Path) -> Checkpoint:
    """Load a checkpoint, or the one inside an archive (unpacked into `scratch`)."""
    if path.suffix != ".mar":
        return Checkpoint.load(path)
    with zipfile.ZipFile(path) as archive:
        return Checkpoint.load(Path(archive.extract(WEIGHTS, scratch)))


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_sums(store: Path) -> None:
    """Write SHA256SUMS anew, in the format of `sha256sum`."""
    lines = [f"{sha256(archive)}  {archive.name}\n" for archive in released(store)]
    (store / SUMS).write_text("".join(lines))
