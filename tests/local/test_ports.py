import socket

import pytest

from local.ports import free_ports, is_free


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_free_ports_differ_and_are_free():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(map(is_free, ports))


def test_a_port_that_is_listened_on_is_not_free(taken):
    assert not is_free(taken)


def test_a_port_that_is_listened_on_everywhere_is_not_free():
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not is_free(server.getsockname()[1])


def test_looking_leaves_a_port_as_it_was():
    [port] = free_ports(1)
    assert is_free(port)
    assert is_free(port)
