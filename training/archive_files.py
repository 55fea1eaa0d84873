"""What lies in `model_store/`: finding, opening and listing archives."""

import hashlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from zipfile import BadZipFile

from crnn import bundle
from crnn.bundle import WEIGHTS, Choice
from crnn.checkpoint import Checkpoint
from crnn.reader import Habits
from crnn.recogniser import Recogniser
from crnn.reference import TorchEngine

STORE = Path(__file__).resolve().parent.parent / "model_store"
SUMS = "SHA256SUMS"
_NO_MODEL = (OSError, BadZipFile, LookupError, UnpicklingError, EOFError, RuntimeError, TypeError, ValueError)
_NAME = re.compile(r"crnn-\d+(\.\d+)*\.mar")


def newest(store: Path = STORE) -> Path:
    """The archive of the highest version; FileNotFoundError where there is none."""
    archives = released(store)
    if not archives:
        raise FileNotFoundError(f"no archive in {store}")
    return archives[-1]


def released(store: Path) -> list[Path]:
    """The archives named like `crnn-1.0.mar`, by version: 1.9 comes before 1.10; others are passed over.

    SHA256SUMS lists them: what was uploaded into the store on a site's pages is no release.
    """
    return sorted((store / name for name in _sums(store) if is_release(name)), key=_version)


def is_release(name: str) -> bool:
    """Tell whether an archive is named like a release: `crnn-1.0.mar` is, `crnn-v1.0-rc1.mar` is not."""
    return bool(_NAME.fullmatch(name))


def _sums(store: Path) -> dict[str, str]:
    """The hashes that SHA256SUMS lists, by the names of archives that are there."""
    if not (store / SUMS).exists():
        return {}
    pairs = (line.split() for line in (store / SUMS).read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in pairs if (store / name).exists()}


def _version(archive: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", archive.stem))


@contextmanager
def asked_for(path: Path) -> Iterator[None]:
    """End the program, saying why, where loading this finds neither an archive nor a checkpoint."""
    try:
        yield
    except _NO_MODEL as error:
        raise SystemExit(f"{path}: neither an archive nor a checkpoint") from error


def load(path: Path) -> Checkpoint:
    """Load a checkpoint, or the one inside an archive."""
    if path.suffix != ".mar":
        return Checkpoint.load(path)
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(path) as archive:
        return Checkpoint.load(Path(archive.extract(WEIGHTS, scratch)))


def is_benchmark(checkpoint: Checkpoint) -> bool:
    """Tell whether a checkpoint learnt from data that are for research alone."""
    return bool(checkpoint.notes.get("config", {}).get("benchmark"))


def recogniser(path: Path, scratch: Path, engine: Choice = "auto") -> Recogniser:
    """Make the recogniser that an archive serves, unpacked into `scratch`, or a checkpoint's by PyTorch.

    A checkpoint is read with the languages and the habits that lie beside it. EngineError where the engine
    cannot be had.
    """
    if path.suffix != ".mar":
        if engine == "onnx":
            raise bundle.EngineError("a checkpoint is read by PyTorch alone: archive it")
        checkpoint = Checkpoint.load(path)
        return Recogniser(TorchEngine(checkpoint), bundle.reader(path.parent, checkpoint.alphabet))
    return bundle.load(unpack(path, scratch), engine)


def has_own_habits(checkpoint: Path) -> bool:
    """Tell whether the habits beside a checkpoint were found for its very weights."""
    habits = Habits.load(checkpoint.parent / bundle.HABITS)
    return habits.weights_sha256 == sha256(checkpoint)


def unpack(archive: Path, scratch: Path) -> Path:
    """Unpack an archive's bundle into a new folder in `scratch`; KeyError where it holds no weights."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    with zipfile.ZipFile(archive) as file:
        file.getinfo(WEIGHTS)
        for name in set(bundle.FILES) & set(file.namelist()):
            file.extract(name, folder)
    return folder


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def list_sum(archive: Path) -> None:
    """Enter a new archive in the SHA256SUMS beside it, in the format of `sha256sum`, the newest last."""
    sums = _sums(archive.parent) | {archive.name: sha256(archive)}
    names = sorted(sums, key=lambda name: _version(archive.with_name(name)))
    unfinished = archive.with_name(f"{SUMS}.part")
    unfinished.write_text("".join(f"{sums[name]}  {name}\n" for name in names))
    unfinished.replace(archive.parent / SUMS)
