"""Tesseract, the usual free reader, on pictures of the same ink, by its command as Debian ships it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from local.benchmark.measurement import SLOW, Entry, Missing, measure
from local.benchmark.specimen import LINE, WORD, Strokes, picture

_INSTALL = "not installed: apt-get install tesseract-ocr"
_SHAPES: tuple[tuple[str, Strokes, str], ...] = (("a word", WORD, "8"), ("a line", LINE, "7"))
"""What is read, and the page segmentation that says so."""


def rows(count: int = SLOW) -> Iterator[Entry]:
    """A word and a line, each by a command of its own, or that there is no Tesseract."""
    command = shutil.which("tesseract")
    if command is None:
        yield Missing("Tesseract", _INSTALL)
        return
    with tempfile.TemporaryDirectory() as name:
        for what, strokes, segmentation in _SHAPES:
            path = Path(name) / f"{segmentation}.png"
            path.write_bytes(picture(strokes))
            yield _row(what, [command, str(path), "stdout", "-l", "eng", "--psm", segmentation], count)


def _row(what: str, command: list[str], count: int) -> Entry:
    title = f"Tesseract, one command each: {what}"
    try:
        return measure(title, partial(_run, command), count=count)
    except subprocess.CalledProcessError as error:
        last = (error.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        return Missing(title, f"failed: {last}")


def _run(command: list[str]) -> None:
    one_thread = dict(os.environ) | {"OMP_THREAD_LIMIT": "1"}
    subprocess.run(command, env=one_thread, capture_output=True, check=True, timeout=60)
