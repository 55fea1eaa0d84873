import os
import subprocess
import sys

import psutil
import pytest

from local.benchmark import served
from local.benchmark.measurement import Figure, Row
from tests.fake_torchserve import FakeTorchServe


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(served, "TO_WARM_UP", 32)
    with FakeTorchServe() as fake:
        yield fake


def measured(server, count=3):
    reads = served.Server("TorchServe", f"{server.url}/predictions/crnn", os.getpid())
    return list(served.rows(reads, count))


def test_a_word_and_a_line_are_read_by_one_client_and_by_many(server):
    rows = [entry.what for entry in measured(server) if isinstance(entry, Row)]
    assert rows == [
        f"TorchServe: {what}, clients: {clients}" for what in ("a word", "a line") for clients in (1, 16)
    ]


def test_the_time_of_the_cpu_is_that_of_many_clients(server):
    figures = [entry for entry in measured(server) if isinstance(entry, Figure)]
    assert [figure.what for figure in figures] == [
        f"TorchServe: CPU time of {what}, clients: 16" for what in ("a word", "a line")
    ]
    assert all(figure.value >= 0 and figure.unit == "ms a reading" for figure in figures)


def test_the_load_is_bounded(server):
    measured(server, 3)
    to_warm_up = 1 + served.TO_WARM_UP
    assert len(server.asked) == to_warm_up + 4 * (1 + 3)


def test_what_a_server_adds_is_measured_by_turns(server):
    order = []
    reads = served.Server("TorchServe", f"{server.url}/predictions/crnn", os.getpid())
    figure = served.added(reads, lambda: order.append(len(server.asked)), turns=3, count=2)
    assert figure.what == "TorchServe adds to a word, one client, by turns"
    assert figure.unit == "ms"
    assert figure.value > 0
    a_turn = 1 + 2
    assert order == [asked for turn in (1, 2, 3) for asked in [turn * a_turn] * a_turn]


def test_what_a_server_keeps_is_measured_by_turns(server):
    order = []

    def alone():
        order.append(len(server.asked))
        return 1e9

    reads = served.Server("TorchServe", f"{server.url}/predictions/crnn", os.getpid())
    figure = served.kept(reads, alone, turns=3, count=4)
    assert figure.what == "TorchServe, 16 clients, against processes alone, by turns"
    assert 0 < figure.value < 1e-3
    a_turn = 1 + 4
    assert order == [a_turn, 2 * a_turn, 3 * a_turn]


@pytest.fixture
def starter(tmp_path):
    """A program that has started one named like TorchServe's workers, and waits with it."""
    worker = tmp_path / "model_service_worker.py"
    worker.write_text("print(flush=True); input()")
    program = f"import subprocess, sys; subprocess.run([sys.executable, {str(worker)!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        yield process
        process.communicate(b"\n")


def test_memory_is_the_largest_workers_and_the_whole_sites(starter):
    [worker] = psutil.Process(starter.pid).children()
    torchserve = served.Server("TorchServe", "", starter.pid)
    site = served.Server("the site", "", worker.pid)
    one, whole = served.memory(torchserve, site)
    assert one.what == "TorchServe: peak memory of a worker"
    assert whole.what == "the site: peak memory, processes: 1"
    assert one.value == pytest.approx(whole.value, rel=0.05)
