import shutil

import pytest

from local.benchmark import tesseract
from local.benchmark.measurement import Missing, Row


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Put a program in Tesseract's place, which notes how it is called."""

    def install(ending=""):
        program = tmp_path / "tesseract"
        program.write_text(f'#!/bin/sh\necho "$OMP_THREAD_LIMIT $@" >> {tmp_path}/calls\n{ending}\n')
        program.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda name: str(program))
        return tmp_path / "calls"

    return install


def test_without_tesseract_the_row_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert list(tesseract.rows()) == [Missing("Tesseract", "not installed: apt-get install tesseract-ocr")]


def test_a_word_and_a_line_are_read_on_one_thread(installed):
    calls = installed()
    rows = list(tesseract.rows(2))
    assert [row.what.rpartition(": ")[2] for row in rows] == ["a word", "a line"]
    assert all(isinstance(row, Row) for row in rows)
    words, lines = calls.read_text().splitlines()[:3], calls.read_text().splitlines()[3:]
    assert all(call.startswith("1 ") and call.endswith("stdout -l eng --psm 8") for call in words)
    assert [call[-1] for call in lines] == ["7"] * 3


def test_a_tesseract_that_fails_says_why(installed):
    installed("echo nothing >&2; echo no such language >&2; exit 1")
    assert [row.why for row in tesseract.rows(2)] == ["failed: no such language"] * 2
