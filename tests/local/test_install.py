import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from local import install


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own with one file of requirements, in which pip only notes what it is asked."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "site.txt").write_text("django==5.2\ntorch==2.13.0  # pinned\n")
    venv = tmp_path / ".venv"
    places = {"ROOT": tmp_path, "VENV": venv, "PYTHON": venv / "bin" / "python", "STAMP": venv / "installed"}
    for name, place in (places | {"LOG": tmp_path / ".run" / "install.log"}).items():
        monkeypatch.setattr(install, name, place)
    monkeypatch.setattr(sys, "argv", ["install.py", "site"])
    return tmp_path


@pytest.fixture
def pip(project, monkeypatch):
    """What pip was asked, with an answer that a test may change."""
    answers = {"code": 0, "words": "", "asked": []}

    def run(command, **options):
        made = "venv" in command and "--help" not in command
        if made:
            (project / ".venv" / "bin").mkdir(parents=True)
            install.PYTHON.write_text("")
        if "install" in command:
            answers["asked"].append(command[command.index("--no-input") + 1 :])
            options["stdout"].write(answers["words"])
            return subprocess.CompletedProcess(command, answers["code"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(install.subprocess, "run", run)
    return answers


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 12, 1), (3, 9, 0)])
def test_another_python_is_refused_in_one_line(version, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (*version, "final", 0))
    with pytest.raises(SystemExit) as stopped:
        install.main()
    said = str(stopped.value)
    assert "Python 3.11" in said
    assert ".".join(map(str, version)) in said
    assert "\n" not in said


def test_it_can_be_read_by_an_older_python_so_that_it_can_refuse_it():
    source = Path(install.__file__).read_text()
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" in source


def test_it_needs_nothing_but_the_standard_library():
    tree = ast.parse(Path(install.__file__).read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_torch_goes_first_and_then_everything(pip, project):
    install.main()
    assert pip["asked"] == [["torch==2.13.0"], ["-r", str(project / "requirements" / "site.txt")]]


def test_what_is_installed_is_left_alone(pip):
    install.main()
    pip["asked"].clear()
    install.main()
    assert pip["asked"] == []


def test_a_changed_file_is_installed_again(pip, project):
    install.main()
    pip["asked"].clear()
    (project / "requirements" / "site.txt").write_text("django==5.2.1\n")
    install.main()
    assert pip["asked"] == [["-r", str(project / "requirements" / "site.txt")]]


def test_what_was_installed_before_is_remembered_beside_the_new(pip, project, monkeypatch):
    install.main()
    (project / "requirements" / "dev.txt").write_text("pytest==9\n")
    monkeypatch.setattr(sys, "argv", ["install.py", "dev"])
    install.main()
    stamp = install.STAMP.read_text()
    assert {line.split()[1] for line in stamp.splitlines()} == {"site.txt", "dev.txt"}
    site = (project / "requirements" / "site.txt").read_bytes()
    assert hashlib.sha256(site).hexdigest() in stamp


def test_an_interrupted_installation_is_repeated(pip, project):
    pip["code"] = 1
    with pytest.raises(SystemExit):
        install.main()
    assert not install.STAMP.exists()
    pip["code"] = 0
    install.main()
    assert install.STAMP.exists()


@pytest.mark.parametrize("content", [b"garbage\n", b"\xff\xfe", b""])
def test_a_damaged_note_of_what_is_installed_counts_as_none(pip, content):
    install.main()
    asked = list(pip["asked"])
    install.STAMP.write_bytes(content)
    install.main()
    assert pip["asked"] == asked * 2


def test_an_environment_without_its_python_is_made_anew(project):
    install.VENV.mkdir()
    install.STAMP.write_text("digest site.txt\n")
    assert install._present() == {}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("NewConnectionError: [Errno 111]", "no connection to the package index"),
        ("Temporary failure in name resolution", "no connection to the package index"),
        ("ERROR: No matching distribution found", "pip could not install everything"),
    ],
)
def test_a_failed_installation_says_why_in_one_line(pip, words, reason):
    pip["code"], pip["words"] = 1, words
    with pytest.raises(SystemExit) as stopped:
        install.main()
    said = str(stopped.value)
    assert reason.lower() in said.lower()
    assert ".run/install.log" in said
    assert "\n" not in said
