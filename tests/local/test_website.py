import signal
from types import SimpleNamespace

import pytest

from local import website
from local.ports import free_ports
from local.website import Site, SiteError


def test_a_site_that_cannot_be_prepared_is_said_in_one_line(tmp_path):
    settings = {"DATABASE_URL": "nonsense://x", "DATA_DIR": str(tmp_path)}
    with pytest.raises(SiteError, match=r"manage\.py migrate failed: .+"):
        Site(1, settings, tmp_path).prepare()


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SiteError, match=r"\Athe data cannot lie in .*file: .+\Z"):
        Site(1, {"DATA_DIR": str(tmp_path / "file")}, tmp_path).prepare()


def test_the_site_runs_as_everywhere_but_on_this_machine_alone(tmp_path, monkeypatch):
    asked = []

    def start(command, **_):
        asked.append(command)
        return SimpleNamespace(pid=7)

    monkeypatch.setattr(website.subprocess, "Popen", start)
    assert Site(1, {}, tmp_path).start() == 7
    [command] = asked
    assert command[command.index("--config") + 1] == "site/gunicorn.conf.py"
    assert command[command.index("--bind") + 1] == "127.0.0.1:1"


def test_a_site_that_ends_is_said_in_one_line(tmp_path):
    [port] = free_ports(1)
    with pytest.raises(SiteError, match=r"did not start; see .*site\.log\.\Z"):
        Site(port, {}, tmp_path).wait()


def test_a_site_that_was_not_started_can_be_stopped(tmp_path):
    site = Site(1, {}, tmp_path)
    site.stop()
    assert not site.is_running()


def test_a_reload_is_gunicorns(tmp_path, monkeypatch):
    signals = []
    process = SimpleNamespace(pid=7, send_signal=signals.append)
    monkeypatch.setattr(website.subprocess, "Popen", lambda *_, **__: process)
    site = Site(1, {}, tmp_path)
    site.start()
    site.reload()
    assert signals == [signal.SIGHUP]
