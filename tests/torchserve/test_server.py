"""Starting and stopping the real TorchServe."""

import psutil
import pytest

from local.ports import is_free
from local.torchserve import TorchServe, TorchServeError


def port_of(url):
    return int(url.rpartition(":")[2])


def test_a_stopped_server_leaves_nothing_and_can_be_started_again(tmp_path):
    server = TorchServe(tmp_path / "server")
    addresses = (server.inference_url, server.management_url)
    for _ in range(2):
        pid = server.start()
        server.wait()
        scratch = server._scratch
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        assert len(family) >= 3
        assert any(scratch.iterdir())
        server.stop()
        assert psutil.wait_procs(family, timeout=10)[1] == []
        assert not scratch.exists()
        assert all(is_free(port_of(url)) for url in addresses)
        assert (server.inference_url, server.management_url) == addresses
    assert not server.is_running()


def test_a_server_that_never_gets_ready_is_said_in_one_line(tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "crnn-1.0.mar").write_bytes(b"no archive")
    server = TorchServe(tmp_path / "server", archive=tmp_path / "store" / "crnn-1.0.mar")
    server.start()
    try:
        with pytest.raises(TorchServeError, match="TorchServe") as said:
            server.wait(2)
        assert "\n" not in str(said.value)
        assert str(tmp_path) in str(said.value)
    finally:
        server.stop()
