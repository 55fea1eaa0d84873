"""What the image runs: one listed archive, by its hash, and an end to everything at SIGTERM."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests import model_store
from torchserve import serve

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path):
    return model_store.fill(tmp_path)


def test_the_newest_is_served_where_none_is_named(store):
    assert serve.shipped_archive(store) == store / "crnn-1.1.mar"


def test_an_older_one_is_served_where_it_is_named(store):
    assert serve.shipped_archive(store, "crnn-1.0.mar") == store / "crnn-1.0.mar"


@pytest.mark.parametrize("name", ["crnn-9.9.mar", "../crnn-1.0.mar", "http://elsewhere.example/crnn-1.0.mar"])
def test_what_is_not_listed_is_not_served(store, name):
    with pytest.raises(serve.ArchiveError, match="does not list"):
        serve.shipped_archive(store, name)


def test_a_named_archive_is_checked_too(store):
    (store / "crnn-1.0.mar").write_bytes(b"another program")
    with pytest.raises(serve.ArchiveError, match="is not the file"):
        serve.shipped_archive(store, "crnn-1.0.mar")


def test_it_refuses_to_start_in_one_line(store, monkeypatch):
    monkeypatch.setattr(serve, "STORE", store)
    monkeypatch.setenv("MODEL_ARCHIVE", "crnn-9.9.mar")
    with pytest.raises(SystemExit) as refused:
        serve.main()
    assert (
        str(refused.value) == "TorchServe is not started: model_store/SHA256SUMS does not list crnn-9.9.mar"
    )


def test_what_an_earlier_run_unpacked_is_gone_when_it_starts(store, tmp_path, monkeypatch):
    scratch = tmp_path / "tmp"
    (scratch / "models" / "99bb1bb8" / "crnn").mkdir(parents=True)
    (scratch / "logs").mkdir()
    commands = []
    monkeypatch.setattr(serve, "STORE", store)
    monkeypatch.setattr(serve.tempfile, "gettempdir", lambda: str(scratch))
    monkeypatch.setattr(serve, "run", commands.append)
    for _ in range(2):
        serve.main()
        assert [folder.name for folder in scratch.iterdir()] == ["logs"]
    assert commands == [serve.command(store / "crnn-1.1.mar")] * 2


def test_the_command_names_the_store_and_the_model(store):
    command = serve.command(store / "crnn-1.1.mar")
    assert command[command.index("--model-store") + 1] == str(store)
    assert command[command.index("--models") + 1] == "crnn=crnn-1.1.mar"
    for option in ("--ts-config", "--log-config"):
        assert Path(command[command.index(option) + 1]).is_file()


def test_it_ends_when_told_to_with_what_the_launcher_started():
    launcher = ["sh", "-c", "sleep 600 & echo started; wait"]
    program = f"from torchserve import serve; serve.run({launcher})"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"started\n"
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(30) == 0
    assert len(family) == 2
    assert not psutil.wait_procs(family, 30)[1]


@pytest.mark.parametrize(("ending", "status"), [("exit 3", 3), ("kill -9 $$", 137), ("exit 0", 0)])
def test_it_ends_as_the_launcher_does(ending, status):
    program = f"import sys; from torchserve import serve; sys.exit(serve.run(['sh', '-c', '{ending}']))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == status


def test_a_server_that_failed_is_told_to_whoever_started_it(store, monkeypatch):
    monkeypatch.setattr(serve, "STORE", store)
    monkeypatch.setattr(serve, "run", lambda _: 3)
    with pytest.raises(SystemExit) as ended:
        serve.main()
    assert ended.value.code == 3
