import subprocess
import sys

import pytest

from local import mariadb
from local.mariadb import MariaDB, MariaDBError


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with some programs, where apt may bring more; gives what apt was asked."""

    def build(*programs, user=0, brings=()):
        there, asked = set(programs), []

        def run(command, **_):
            asked.append(command[1])
            there.update(brings if command[1] == "install" else ())
            return subprocess.CompletedProcess(command, 0)

        def which(name, **_):
            return f"/bin/{name}" if name in there else None

        monkeypatch.setattr(mariadb, "LOG", tmp_path / "state" / "mariadb.log")
        monkeypatch.setattr(mariadb.shutil, "which", which)
        monkeypatch.setattr(mariadb.os, "geteuid", lambda: user)
        monkeypatch.setattr(mariadb.subprocess, "run", run)
        return asked

    return build


def test_what_is_there_is_not_installed_again(machine):
    asked = machine("mariadbd", "mariadb_config", "apt-get")
    assert mariadb.main([]) == 0
    assert asked == []


@pytest.mark.parametrize("there", [(), ("mariadbd",), ("mariadb_config",)])
def test_root_on_debian_installs_what_is_missing(machine, there):
    asked = machine("apt-get", *there, brings=["mariadbd", "mariadb_config"])
    assert mariadb.main([]) == 0
    assert asked == ["update", "install"]


@pytest.mark.parametrize(
    ("programs", "user"), [(("apt-get",), 1000), ((), 0), (("apt-get",), 0)], ids=["user", "no apt", "no net"]
)
def test_where_it_cannot_be_had_one_line_says_what_is_missing(machine, capsys, programs, user):
    machine(*programs, user=user)
    assert mariadb.main(["anything"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("No MariaDB: ")
    assert "apt install mariadb-server" in line


def test_without_a_server_none_is_made(machine, tmp_path):
    machine()
    with pytest.raises(MariaDBError, match="No MariaDB"):
        MariaDB(tmp_path).create()


def test_one_that_cannot_be_made_is_said_in_one_line(machine, monkeypatch, capsys):
    machine("mariadbd", "mariadb_config", "mariadb-install-db")

    def fail(command, **_):
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="a warning\nno room\n")

    monkeypatch.setattr(mariadb.subprocess, "run", fail)
    assert mariadb.main(["anything"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("mariadb-install-db: no room (see ")


needs_one = pytest.mark.skipif(mariadb.server() is None, reason=mariadb.MISSING)


@needs_one
def test_a_command_runs_beside_it_and_says_how_it_ended(capfd):
    look = "import os; print(os.environ['DATABASE_HOST'], os.environ['DATABASE_NAME']); raise SystemExit(7)"
    assert mariadb.main([sys.executable, "-c", look]) == 7
    assert capfd.readouterr().out == "127.0.0.1 pymano\n"


@needs_one
def test_it_keeps_its_data_when_it_is_started_again_and_leaves_nothing_behind():
    with mariadb.throwaway() as server:
        server.query("CREATE TABLE pymano.kept (id INT); INSERT INTO pymano.kept VALUES (41)")
        server.stop()
        with pytest.raises(MariaDBError):
            server.query("SELECT 1")
        server.start()
        server.wait()
        assert server.query("SELECT id + 1 FROM pymano.kept").split() == ["id", "+", "1", "42"]
        folder = server.folder
    assert not folder.exists()
    assert not server.is_running()
