"""The loop that keeps the models, as a process of its own."""

import time

import psutil

from local.model_loop import ModelLoop

SETTINGS = {"SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz"}


def test_it_runs_on_without_a_database_and_ends_when_told_to(tmp_path):
    loop = ModelLoop(SETTINGS | {"DATA_DIR": str(tmp_path / "data")}, tmp_path)
    pid = loop.start()
    try:
        deadline = time.monotonic() + 60
        while "The database is away" not in (tmp_path / "models.log").read_text():
            assert loop.is_running()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert loop.is_running()
        process = psutil.Process(pid)
    finally:
        loop.stop()
    assert not process.is_running()
    assert not loop.is_running()
    assert "Traceback" not in (tmp_path / "models.log").read_text()


def test_one_that_was_not_started_can_be_stopped(tmp_path):
    loop = ModelLoop(SETTINGS, tmp_path)
    loop.stop()
    assert not loop.is_running()
