import os
import signal
import sys
import time

import psutil
import pytest

from local.torchserve import TorchServe, TorchServeError, shipped_archive
from tests import model_store


@pytest.fixture
def store(tmp_path):
    return model_store.fill(tmp_path)


def test_the_archive_listed_last_is_served(store):
    assert shipped_archive(store) == store / "crnn-1.1.mar"


def test_an_archive_that_is_not_listed_is_not_served(store):
    (store / "crnn-9.9.mar").write_bytes(b"whatever")
    assert shipped_archive(store).name == "crnn-1.1.mar"


def refusal(store):
    with pytest.raises(TorchServeError) as refused:
        shipped_archive(store)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_tampered_archive_is_refused(store):
    with (store / "crnn-1.1.mar").open("ab") as archive:
        archive.write(b"!")
    assert refusal(store) == "model_store/crnn-1.1.mar is not the file that SHA256SUMS lists"


def test_a_missing_archive_is_refused(store):
    (store / "crnn-1.1.mar").unlink()
    assert refusal(store) == "model_store/crnn-1.1.mar is missing"


@pytest.mark.parametrize("content", ["", "\n", "nonsense\n", None])
def test_a_list_without_archives_is_refused(store, content):
    (store / "SHA256SUMS").unlink()
    if content is not None:
        (store / "SHA256SUMS").write_text(content)
    assert refusal(store) == "model_store/SHA256SUMS lists no archive"


def test_two_servers_share_no_port(store, tmp_path):
    one, two = (TorchServe(tmp_path / name, archive=store / "crnn-1.1.mar") for name in ("one", "two"))
    assert one.inference_url != two.inference_url
    assert one.management_url not in {one.inference_url, two.management_url}


def test_a_server_that_was_not_started_is_away_and_can_be_stopped(store, tmp_path):
    server = TorchServe(tmp_path / "server", archive=store / "crnn-1.1.mar")
    assert not server.is_running()
    assert not server.is_ready()
    server.stop()


@pytest.fixture
def starter(tmp_path, monkeypatch):
    """A program in torchserve's place, which starts another as that starts Java."""
    program = tmp_path / "bin" / "torchserve"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nsleep 60 &\necho $! > java.new && mv java.new java\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))


def lives(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def eventually(holds):
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_what_a_killed_starter_left_is_ended_before_the_next(store, tmp_path, starter):
    server = TorchServe(tmp_path / "server", archive=store / "crnn-1.1.mar")
    number = tmp_path / "server" / "java"
    killed = server.start()
    assert eventually(number.exists)
    orphan = int(number.read_text())
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: not server.is_running())
    assert lives(orphan)
    server.start()
    assert eventually(lambda: not lives(orphan))
    server.stop()
