"""Strips in one compact file: lines that were cut from pages, so that the pages need not travel."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crnn.strip import HEIGHT
from training import compact
from training.samples import Sample


def save(lines: Sequence[tuple[int, Sample]], path: Path) -> None:
    """Write lines, each with the number of the copy that it comes from, without loss."""
    arrays = {
        "pixels": np.concatenate([sample.pixels.ravel() for _, sample in lines]),
        "widths": compact.smallest(np.array([sample.pixels.shape[1] for _, sample in lines])),
        "texts": np.array([sample.text for _, sample in lines]),
        "copies": np.array([copy for copy, _ in lines]),
    }
    compact.write(path, arrays)


def load(path: Path) -> list[tuple[int, Sample]]:
    """Read what `save` wrote."""
    arrays = compact.read(path)
    widths = arrays["widths"].astype(np.int64)
    strips = np.split(arrays["pixels"], np.cumsum(HEIGHT * widths)[:-1])
    return [
        (int(copy), Sample(strip.reshape(HEIGHT, -1), str(text)))
        for copy, strip, text in zip(arrays["copies"], strips, arrays["texts"], strict=True)
    ]
