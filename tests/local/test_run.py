import fcntl
import signal
import socket

import pytest

from local import run


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A state folder of the test's own: whatever runs from this clone is left alone."""
    monkeypatch.setattr(run, "STATE", tmp_path / "state")
    monkeypatch.delenv("PORT", raising=False)
    handler = signal.getsignal(signal.SIGTERM)
    yield tmp_path / "state"
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def refusal():
    with pytest.raises(SystemExit) as stopped:
        run.main()
    said = str(stopped.value)
    assert said.startswith("make run: ")
    assert "\n" not in said
    return said


def test_a_port_in_use_is_said_in_one_line_with_another(taken, monkeypatch):
    monkeypatch.setenv("PORT", str(taken))
    said = refusal()
    assert f"Port {taken} is in use" in said
    assert f"PORT={taken + 1}" in said


@pytest.mark.parametrize("port", ["", "http", "0", "-1", "65536", "80.5", " 8000"])
def test_a_port_that_is_none_is_said_in_one_line(port, monkeypatch):
    monkeypatch.setenv("PORT", port)
    assert "PORT must be a number from 1 to 65535" in refusal()


def test_a_second_run_from_the_same_folder_is_refused_in_one_line(state):
    state.mkdir()
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "runs already" in refusal()


def test_an_archive_that_cannot_be_served_is_said_in_one_line(taken, monkeypatch):
    def tampered(*_, **__):
        raise run.TorchServeError("model_store/crnn-1.0.mar is not the file that SHA256SUMS lists")

    monkeypatch.setattr(run, "TorchServe", tampered)
    monkeypatch.setattr(run, "is_free", lambda port: True)
    assert "is not the file that SHA256SUMS lists" in refusal()


def test_damaged_settings_are_said_in_one_line(monkeypatch):
    def damaged():
        raise run.environment.UnreadableError(".env.local is damaged.")

    monkeypatch.setattr(run, "TorchServe", lambda *_, **__: None)
    monkeypatch.setattr(run, "is_free", lambda port: True)
    monkeypatch.setattr(run.environment, "load", damaged)
    assert ".env.local is damaged" in refusal()


def test_ctrl_c_is_said_and_no_error(monkeypatch, capsys):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "is_free", lambda port: True)
    monkeypatch.setattr(run, "_run", interrupt)
    run.main()
    assert capsys.readouterr().out == "Stopped.\n"


def test_sigterm_stops_it_as_ctrl_c_does(monkeypatch, capsys):
    monkeypatch.setattr(run, "is_free", lambda port: True)
    monkeypatch.setattr(run, "_run", lambda *_: signal.raise_signal(signal.SIGTERM))
    run.main()
    assert capsys.readouterr().out == "Stopped.\n"
