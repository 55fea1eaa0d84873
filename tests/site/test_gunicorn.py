import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
from types import SimpleNamespace

import pytest
import requests
from django.conf import settings

from local import loopback
from local.ports import free_ports

CONFIG = settings.ROOT / "site" / "gunicorn.conf.py"
GUNICORN = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG)]


def said(**environment):
    """What gunicorn understands of the file: name -> value, as it prints them."""
    printed = subprocess.run(
        [*GUNICORN, "--print-config", "pymano.wsgi"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.partition("=") for line in printed.stdout.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def test_processes_and_threads_come_from_the_environment(tmp_path):
    config = said(WEB_CONCURRENCY="3", WEB_THREADS="5")
    assert (config["workers"], config["threads"]) == ("3", "5")
    assert (config["timeout"], config["graceful_timeout"]) == ("30", "30")


def test_nobody_is_believed_about_who_a_client_is():
    assert said()["forwarded_allow_ips"] in ("", "[]")


@pytest.fixture
def hooks(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "metrics"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return SimpleNamespace(**runpy.run_path(str(CONFIG)))


def test_counts_of_an_earlier_run_are_forgotten(hooks, tmp_path):
    hooks.on_starting(None)
    (tmp_path / "metrics" / "counter_7.db").touch()
    hooks.on_starting(None)
    assert list((tmp_path / "metrics").iterdir()) == []


def test_a_dead_worker_has_no_gauges_but_its_counts_stay(hooks, tmp_path):
    hooks.on_starting(None)
    for name in ("gauge_livesum_7.db", "counter_7.db", "gauge_livesum_8.db"):
        (tmp_path / "metrics" / name).touch()
    hooks.child_exit(None, SimpleNamespace(pid=7))
    assert {file.name for file in (tmp_path / "metrics").iterdir()} == {"counter_7.db", "gauge_livesum_8.db"}


def test_nobody_who_falls_silent_holds_a_thread_for_ever(hooks):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hooks.post_worker_init(SimpleNamespace(sockets=[listener]))
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                for wait in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                    limit = connection.getsockopt(socket.SOL_SOCKET, wait, struct.calcsize("ll"))
                    assert struct.unpack("ll", limit) == (hooks.SILENT_SECONDS, 0)


def test_without_a_folder_of_metrics_nothing_is_touched(monkeypatch, tmp_path):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    hooks = SimpleNamespace(**runpy.run_path(str(CONFIG)))
    hooks.on_starting(None)
    hooks.child_exit(None, SimpleNamespace(pid=7))


def test_it_serves_and_every_line_of_its_log_is_json(tmp_path):
    [port] = free_ports(1)
    environment = {"LOG_FORMAT": "json", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    with subprocess.Popen(
        [*GUNICORN, "--bind", f"127.0.0.1:{port}", "pymano.wsgi"],
        cwd=tmp_path,
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert answers(f"http://127.0.0.1:{port}/healthz", server)
        finally:
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=40)
    assert server.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert any("Booting worker" in line["message"] for line in lines)
    assert all(line["level"] == "INFO" for line in lines)


def answers(url, server, tries=300):
    for _ in range(tries):
        try:
            return loopback.get(url).ok
        except requests.RequestException:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    return False
