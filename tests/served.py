"""The real TorchServe, for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from local.torchserve import TorchServe


@contextmanager
def running(*servers: TorchServe) -> Iterator[None]:
    """Start servers side by side, go on when all can read, and stop them whatever happens."""
    try:
        for server in servers:
            server.start()
        for server in servers:
            server.wait()
        yield
    finally:
        for server in servers:
            server.stop()
