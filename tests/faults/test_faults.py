"""What breaks, what clients see of it, and what is kept. See docs/operations.md for what to do about each."""

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests

from local.benchmark.specimen import WORD
from local.faults import disk, stack
from local.faults.load import HANGS_SECONDS

pytestmark = pytest.mark.faults

AWAY_SECONDS = 10
CROWD_SECONDS = FULL_SECONDS = 5
BETWEEN_SECONDS = 12
"""Longer than the site waits for TorchServe (10 s), shorter than that waits for a worker (15 s)."""
STILL_SECONDS = 8
"""Longer than a request may wait for a thread (5 s)."""
QUEUE = 100
"""job_queue_size of torchserve/config.properties."""
CROWD = 20
"""Clients of each user in a crowd."""


def outcomes(seen):
    return {answer.outcome for answer in seen.answers}


def test_the_workers_of_torchserve_are_killed(on_sqlite, suffer):
    suffer(on_sqlite, "TorchServe's workers are killed", lambda: on_sqlite.signal_workers(signal.SIGKILL))


def test_torchserve_is_away(on_sqlite, suffer):
    def away():
        on_sqlite.torchserve.stop()
        time.sleep(AWAY_SECONDS)
        on_sqlite.torchserve.start()

    seen = suffer(on_sqlite, f"TorchServe is away for {AWAY_SECONDS} s", away)
    assert 503 in outcomes(seen)


def test_torchserve_is_slower_than_its_time_out(on_sqlite, suffer):
    def stand_still():
        on_sqlite.signal_workers(signal.SIGSTOP)

    seen = suffer(on_sqlite, "TorchServe's workers stand still", stand_still)
    assert 504 in outcomes(seen)


def test_torchserves_queue_is_full(on_sqlite, suffer):
    def ask(_):
        url = f"{on_sqlite.torchserve.inference_url}/predictions/crnn"
        return requests.post(url, json={"strokes": WORD}, timeout=HANGS_SECONDS).status_code

    def crowd():
        workers = on_sqlite.torchserve.ready_workers()
        on_sqlite.signal_workers(signal.SIGSTOP)
        with ThreadPoolExecutor(QUEUE + 20) as pool:
            others = [pool.submit(ask, number) for number in range(QUEUE + 20)]
            time.sleep(BETWEEN_SECONDS)
            for worker in workers:
                os.kill(worker, signal.SIGCONT)
            answered = [other.result() for other in others]
        assert 503 in answered

    seen = suffer(on_sqlite, "TorchServe's queue is full", crowd)
    assert "recogniser_busy" in {answer.code for answer in seen.answers}


def test_the_database_is_locked(on_sqlite, suffer):
    def lock():
        file = on_sqlite.folder / "data" / "pymano.sqlite3"
        with closing(sqlite3.connect(file, timeout=AWAY_SECONDS, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            time.sleep(AWAY_SECONDS)
            other.rollback()

    suffer(on_sqlite, f"the database (SQLite) is locked for {AWAY_SECONDS} s", lock)


def test_the_database_is_away(database, tmp_path, suffer):
    def away():
        database.stop()
        time.sleep(AWAY_SECONDS)
        database.start()
        database.wait()

    with stack.running(tmp_path, database.settings) as product:
        seen = suffer(product, f"the database (MariaDB) is away for {AWAY_SECONDS} s", away)
    assert "database_away" in {answer.code for answer in seen.answers}


def test_a_process_of_the_site_is_killed(on_sqlite, suffer):
    def kill():
        on_sqlite.processes()[0].kill()

    suffer(on_sqlite, "a process of the site is killed", kill, killed=True)


def test_the_site_stands_still(on_sqlite, suffer):
    def stand_still():
        processes = on_sqlite.processes()
        for process in processes:
            process.suspend()
        time.sleep(STILL_SECONDS)
        for process in processes:
            process.resume()

    seen = suffer(on_sqlite, f"the site stands still for {STILL_SECONDS} s", stand_still)
    assert "site_busy" in {answer.code for answer in seen.answers}


def test_the_site_is_reloaded(on_sqlite, suffer):
    def reload():
        before = on_sqlite.processes()
        on_sqlite.site.reload()
        for process in before:
            process.wait(HANGS_SECONDS)

    suffer(on_sqlite, "the site is reloaded (SIGHUP)", reload)


def test_the_site_is_restarted(on_sqlite, suffer):
    suffer(on_sqlite, "the site is ended (SIGTERM) and started", on_sqlite.restart_site, gone=True)


def test_more_come_than_the_site_takes(on_sqlite, suffer):
    def crowd():
        with on_sqlite.load(on_sqlite.crowd(CROWD)):
            time.sleep(CROWD_SECONDS)

    seen = suffer(on_sqlite, f"{CROWD * stack.CLIENTS} more clients for {CROWD_SECONDS} s", crowd)
    assert "site_busy" in {answer.code for answer in seen.answers}


def test_torchserve_stands_still_while_many_come(on_sqlite, suffer):
    def crowd():
        on_sqlite.signal_workers(signal.SIGSTOP)
        with on_sqlite.load(on_sqlite.crowd(CROWD)):
            time.sleep(CROWD_SECONDS)

    suffer(on_sqlite, f"{CROWD * stack.CLIENTS} more clients, and TorchServe's workers stand still", crowd)


def test_the_disk_of_the_pictures_is_full(on_sqlite, small_disk, suffer):
    if isinstance(small_disk, PermissionError):
        pytest.skip(f"this process may not mount a small disk: {small_disk}")

    def fill():
        with disk.full(small_disk):
            time.sleep(FULL_SECONDS)

    seen = suffer(on_sqlite, f"the disk of the pictures is full for {FULL_SECONDS} s", fill)
    assert "storage_full" in {answer.code for answer in seen.answers}
