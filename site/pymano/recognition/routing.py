"""Which version of the model reads: the default one, unless a router that stands above says otherwise.

An application that tries versions out registers its router with `use`. Nothing here knows of it.
"""

from typing import Protocol

from pymano.recognition.models import Prediction
from pymano.serving.client import Reading


class Ask(Protocol):
    """Has one thing read, by a version or the default one, in so many seconds."""

    def __call__(self, version: str | None = None, *, seconds: float | None = None) -> Reading:
        """Return the reading, or raise Refusal or a RecogniserError."""
        ...


class Route(Protocol):
    """The way of one reading."""

    def read(self, ask: Ask) -> Reading:
        """Have it read by whom it may concern; raise what asking raised when there is no reading."""
        ...

    def kept(self, prediction: Prediction | None) -> None:
        """Learn what was kept of it, before it is answered; None where a later reading took its place."""
        ...


class Router(Protocol):
    """Finds the way for what somebody sent."""

    def __call__(self, owner_id: int, kind: str) -> Route:
        """Return the route; readings of one kind are alike in how long they take."""
        ...


class Straight:
    """The default version reads, and nothing is noted."""

    def read(self, ask: Ask) -> Reading:
        """Ask it."""
        return ask()

    def kept(self, prediction: Prediction | None) -> None:
        """Note nothing."""


def straight(owner_id: int, kind: str) -> Route:  # noqa: ARG001
    """Send everything to the default version."""
    return Straight()


_router: Router = straight


def use(router: Router) -> None:
    """Have all readings go this router's ways."""
    global _router  # noqa: PLW0603
    _router = router


def route(owner_id: int, kind: str) -> Route:
    """Return the way of one reading."""
    return _router(owner_id, kind)
