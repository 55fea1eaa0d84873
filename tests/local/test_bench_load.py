import argparse
from types import SimpleNamespace

import pytest

from local import bench_load
from local.load import stage
from local.load.memory import Memory
from local.load.results import Request, Stage


@pytest.fixture
def asked(monkeypatch):
    """What locust was asked for, in locust's place."""
    calls = []

    def run(product, who, users, seconds, readings=None):
        calls.append((who, users, readings))
        return Stage(who, users, [Request("read", 0.0, 10.0, 201)])

    def now(readings, *, site, torchserve):
        return Memory(readings, {"site": 100.0 + site, "worker": 100.0, "java": 100.0 + torchserve})

    monkeypatch.setattr(stage, "run", run)
    monkeypatch.setattr(Memory, "now", now)
    return calls


def test_people_come_first_and_last_and_programs_in_steps(asked):
    lines = list(bench_load.report(SimpleNamespace(site_pid=1, torchserve_pid=2), 5000))
    assert [(who, users) for who, users, _ in asked] == [
        ("Person", 50),
        *(("Program", users) for users in bench_load.STEPS),
        ("Person", 50),
        *[("Program", bench_load.MANY)] * 3,
    ]
    assert sum("| Program |" in line for line in lines) == len(bench_load.STEPS)


def test_memory_is_looked_at_after_as_many_readings_as_are_named(asked):
    lines = list(bench_load.report(SimpleNamespace(site_pid=1, torchserve_pid=2), 5000))
    assert sum(readings for _, _, readings in asked if readings) == 5000
    assert lines[-1].startswith("Memory from 2000 to 5000 readings: site +0.0%")


@pytest.mark.parametrize("word", ["2000", "-1", "many"])
def test_too_few_readings_tell_nothing(word):
    with pytest.raises(argparse.ArgumentTypeError):
        bench_load._count(word)
