"""Packs a data folder for training elsewhere: `python -m training.pack DATA TO`.

The packed folder holds what `sources.build` reads, gives the same samples, and is half the size. Its strips
were finished by the `crnn.picture` of the day: pack anew when that changes.
"""

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path

from training import copiste, ink_store, strip_store
from training.progress import tell

_INK = ("unipen/words-train", "unipen/lines-train", "unipen/characters-train")
_INK_WHERE_PRESENT = ("iam-ondb/lines-train",)
_TEXTS = ("wamerican_words.txt", "wordnet_glosses.txt.gz", "wamerican.copyright", "wordnet.copyright")


def pack(data: Path, to: Path, cache: Path) -> None:
    """Write a packed copy of a data folder; one that is packed already will do."""
    present = [name for name in _INK_WHERE_PRESENT if list(data.glob(f"{name}.*"))]
    for name in (*_INK, *present):
        _copy_as(to / f"{name}{ink_store.SUFFIX}", ink_store.compacted(data / f"{name}.jsonl.gz", cache))
    tell("Cutting the lines out of the scanned pages.")
    strip_store.save(copiste.load(data / "copiste"), to / "copiste" / copiste.PACKED)
    _copy((path for path in (data / "fonts").rglob("*") if path.is_file()), data, to)
    _copy((data / "text" / name for name in _TEXTS if (data / "text" / name).exists()), data, to)


def _copy(files: Iterable[Path], data: Path, to: Path) -> None:
    """Copy files, but not their modes: a folder that nobody may write can be packed again."""
    for path in files:
        _copy_as(to / path.relative_to(data), path)


def _copy_as(copy: Path, path: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of each part of a packed folder: its sets one by one, its fonts and its texts together."""
    parts: dict[str, int] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            top, *rest = path.relative_to(folder).parts
            part = top if top in {"fonts", "text"} else "/".join([top, *rest])
            parts[part] = parts.get(part, 0) + path.stat().st_size
    return parts


def main() -> None:
    """Read the command line, pack, say how large the parts are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("to", type=Path)
    arguments = parser.parse_args()
    pack(arguments.data, arguments.to, arguments.to.parent / "cache")
    parts = sizes(arguments.to)
    for part, size in (parts | {"total": sum(parts.values())}).items():
        print(f"{size / 1e6:7.1f} MB  {part}")  # noqa: T201


if __name__ == "__main__":
    main()
