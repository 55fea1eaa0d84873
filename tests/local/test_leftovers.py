import json
import subprocess
import sys

import psutil
import pytest

from local.leftovers import Leftovers

SLEEP = "import time; print('up', flush=True); time.sleep(300)"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).wait()"


@pytest.fixture
def start():
    """Start a process, and end it after the test where it still runs."""
    started = []

    def begin(source=SLEEP):
        process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE)
        started.append(process)
        process.stdout.readline()
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_a_killed_run_left_is_ended_with_its_children(start, tmp_path):
    parent = start(PARENT)
    [child] = psutil.Process(parent.pid).children()
    Leftovers(tmp_path / "processes.json").remember(parent.pid)
    Leftovers(tmp_path / "processes.json").end()
    assert not psutil.pid_exists(parent.pid)
    assert not child.is_running()


def test_several_are_remembered(start, tmp_path):
    leftovers, processes = Leftovers(tmp_path / "processes.json"), [start(), start()]
    for process in processes:
        leftovers.remember(process.pid)
    leftovers.end()
    assert not any(psutil.pid_exists(process.pid) for process in processes)


def test_a_stranger_who_got_the_same_number_is_spared(start, tmp_path):
    stranger = start()
    (tmp_path / "processes.json").write_text(json.dumps([[stranger.pid, 1.0]]))
    Leftovers(tmp_path / "processes.json").end()
    assert stranger.poll() is None


def test_those_who_ended_already_are_no_hindrance(start, tmp_path):
    process = start()
    leftovers = Leftovers(tmp_path / "processes.json")
    leftovers.remember(process.pid)
    process.kill()
    process.wait()
    leftovers.end()
    assert not (tmp_path / "processes.json").exists()


@pytest.mark.parametrize(
    "content", [None, "", "nonsense", "[1, 2]", "{}", '[["x", 1]]', "[[-5, 1]]", "[[7, null]]"]
)
def test_a_file_that_is_missing_or_damaged_remembers_nothing(content, tmp_path):
    file = tmp_path / "processes.json"
    if content is not None:
        file.write_text(content)
    Leftovers(file).end()
    assert not file.exists()
