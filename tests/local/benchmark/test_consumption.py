import os
import subprocess
import sys

import psutil
import pytest

from local.benchmark import consumption

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"
"""A program that has computed for a while when it says so, and then waits."""
SAYS_SO = "print(flush=True); input()"


@pytest.fixture
def child():
    """Start a program, and go on once it has said something."""
    started = []

    def start(program):
        command = [sys.executable, "-c", program]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return psutil.Process(process.pid)

    yield start
    for process in started:
        for member in reversed(consumption.family(process.pid)):
            member.kill()
        process.communicate()


def test_what_a_child_computes_counts(child):
    process = child(BUSY + SAYS_SO)
    assert consumption.cpu_ms(process.pid) >= 250
    starter = child(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY + SAYS_SO!r}])")
    assert starter.cpu_times().user < 0.2
    assert consumption.cpu_ms(starter.pid) >= 250


def test_a_family_is_the_process_and_its_children(child):
    process = child(SAYS_SO)
    assert process in consumption.family(os.getpid())
    assert consumption.family(process.pid) == [process]


def test_the_peak_is_the_most_that_was_held(child):
    process = child("held = bytes(range(256)) * 400_000; del held; " + SAYS_SO)
    assert 100 < consumption.peak_mb([process]) < 150


def test_the_peak_is_none_of_the_starters(child):
    held = bytes(range(256)) * 400_000
    assert consumption.peak_mb([child(SAYS_SO)]) < 60 < len(held) / 1e6


def test_peaks_add_up(child):
    one, other = child(SAYS_SO), child(SAYS_SO)
    alone = [consumption.peak_mb([process]) for process in (one, other)]
    assert consumption.peak_mb([one, other]) == pytest.approx(sum(alone), rel=0.05)
