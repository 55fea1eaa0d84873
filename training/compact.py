"""Arrays in one small file: an `.npz` of numpy's, compressed with LZMA. It can hold data only, no code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_LZMA, ZipFile

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays by their names, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with ZipFile(unfinished, "w", ZIP_LZMA) as archive:
        for name, values in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, values, allow_pickle=False)
    unfinished.replace(path)


def read(path: Path) -> dict[str, Array]:
    """Read what `write` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def smallest(values: Array) -> Array:
    """The same counts, none below 0, in the shortest type that holds them all."""
    return values.astype(np.min_scalar_type(int(values.max(initial=0))))
