import subprocess

import pytest

from local import browser, debian


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with some programs, where apt may bring Chromium; gives what apt was asked."""

    def build(*programs, user=0, brings=()):
        there, asked = set(programs), []

        def run(command, **_):
            asked.append(command[-1])
            there.update(brings if command[-1] in brings else ())
            return subprocess.CompletedProcess(command, 0)

        monkeypatch.setattr(browser, "LOG", tmp_path / "state" / "chromium.log")
        monkeypatch.setattr(debian.shutil, "which", lambda name: f"/bin/{name}" if name in there else None)
        monkeypatch.setattr(debian.os, "geteuid", lambda: user)
        monkeypatch.setattr(debian.subprocess, "run", run)
        return asked

    return build


@pytest.mark.parametrize("name", [*browser.PACKAGES, "chromium-browser", "google-chrome"])
def test_chromium_is_found_by_any_name(machine, name, capsys):
    asked = machine(name, "apt-get")
    browser.main()
    assert browser.chromium() == f"/bin/{name}"
    assert asked == []
    assert capsys.readouterr().out == ""


def test_root_on_debian_installs_it(machine, capsys):
    asked = machine("apt-get", brings=["chromium-headless-shell"])
    browser.main()
    assert asked == ["update", "chromium-headless-shell"]
    assert capsys.readouterr().out == ""


def test_where_debian_has_it_with_windows_alone_that_is_installed(machine, capsys):
    asked = machine("apt-get", brings=["chromium"])
    browser.main()
    assert asked == ["update", "chromium-headless-shell", "update", "chromium"]
    assert capsys.readouterr().out == ""


def test_the_one_without_windows_goes_first(machine):
    machine(*browser.PACKAGES)
    assert browser.chromium() == "/bin/chromium-headless-shell"


@pytest.mark.parametrize(
    ("programs", "user"), [(("apt-get",), 1000), ((), 0), (("apt-get",), 0)], ids=["user", "no apt", "no net"]
)
def test_where_it_cannot_be_had_one_line_says_what_is_missing(machine, capsys, programs, user):
    machine(*programs, user=user)
    browser.main()
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("No Chromium: the browser tests will be skipped.")
