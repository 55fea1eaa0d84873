"""How many connections to TorchServe readings take, on real sockets."""

from pymano.serving import client

STROKES = [[[0, 0, 0, 0.5], [10, 10, 20, None]]]


def read_twice_and_ask() -> None:
    for _ in range(2):
        assert client.read_ink(STROKES, "beam").text == "hello"
    client.state.forget()
    assert client.state().recogniser == "ready"


def test_they_share_one_that_is_kept(torchserve):
    read_twice_and_ask()
    assert len(torchserve.connections) == 3
    assert len(set(torchserve.connections)) == 1


def test_each_has_its_own_where_none_is_kept(torchserve, settings):
    settings.TORCHSERVE_KEEP_ALIVE = False
    read_twice_and_ask()
    assert len(set(torchserve.connections)) == 3
