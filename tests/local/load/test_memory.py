import os
import subprocess
import sys

import psutil
import pytest

from local.load import memory
from local.load.memory import HEAD, Memory


@pytest.fixture
def worker(tmp_path):
    """A process named like TorchServe's workers, with a megabyte."""
    program = tmp_path / "model_service_worker.py"
    program.write_text("print(flush=True); input()")
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        yield process
        process.communicate(b"\n")


def test_processes_are_told_apart(worker):
    now = Memory.now(300, site=os.getpid(), torchserve=worker.pid)
    assert now.held["worker"] == pytest.approx(psutil.Process(worker.pid).memory_info().rss / 1e6, rel=0.1)
    assert now.held["site"] > now.held["worker"]
    assert now.held["java"] == 0
    assert len(now.cells()) == len(HEAD)


def test_growth_is_a_share():
    earlier = Memory(2000, {"site": 200.0, "worker": 100.0})
    later = Memory(10000, {"site": 202.0, "worker": 95.0})
    assert memory.grown(earlier, later) == "Memory from 2000 to 10000 readings: site +1.0%, worker -5.0%"
