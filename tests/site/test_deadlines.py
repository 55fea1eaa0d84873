import socket
import threading
import time

import pytest

from pymano.deadlines import Deadlines


@pytest.fixture
def connections():
    """Make pairs of sockets: ours, theirs."""
    made = []

    def connect():
        made.append(socket.socketpair())
        return made[-1]

    yield connect
    for pair in made:
        for end in pair:
            end.close()


@pytest.fixture
def deadlines():
    return Deadlines()


def test_what_takes_too_long_ends(deadlines, connections):
    ours, _ = connections()
    with deadlines.within(0.05, ours):
        assert ours.recv(1) == b""


def test_what_was_done_in_time_goes_on(deadlines, connections):
    ours, theirs = connections()
    with deadlines.within(0.05, ours):
        pass
    time.sleep(0.15)
    theirs.sendall(b"more")
    assert ours.recv(4) == b"more"


def test_a_shorter_time_is_not_waited_for_behind_a_longer_one(deadlines, connections):
    (slow, _), (fast, _) = connections(), connections()
    with deadlines.within(3600, slow), deadlines.within(0.05, fast):
        assert fast.recv(1) == b""


def test_a_longer_time_is_kept_after_a_shorter_one(deadlines, connections):
    (fast, _), (slow, _) = connections(), connections()
    with deadlines.within(0.2, slow):
        with deadlines.within(0.05, fast):
            assert fast.recv(1) == b""
        assert slow.recv(1) == b""


def test_one_that_is_closed_already_is_no_obstacle(deadlines, connections):
    (gone, _), (ours, _) = connections(), connections()
    gone.close()
    with deadlines.within(0.01, gone), deadlines.within(0.05, ours):
        assert ours.recv(1) == b""


def test_one_thread_watches_all(deadlines, connections):
    before = threading.active_count()
    pairs = [connections() for _ in range(20)]
    for ours, _ in pairs:
        with deadlines.within(3600, ours):
            pass
    assert threading.active_count() == before + 1
