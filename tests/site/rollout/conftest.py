"""Rollouts for the tests: version 1.0 is the default, 1.2 is tried."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pymano.rollout import router
from pymano.rollout.models import Rollout
from pymano.serving.models import WantedVersion


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    """Leave no process with what another test had on trial."""
    router.trials.forget()
    yield
    router.trials.forget()


@pytest.fixture
def default(db: None) -> WantedVersion:
    return WantedVersion.objects.create(
        version="1.0", archive="crnn-1.0.mar", sha256="0" * 64, is_default=True
    )


@pytest.fixture
def tried(default: WantedVersion) -> WantedVersion:
    return WantedVersion.objects.create(version="1.2", archive="crnn-1.2.mar", sha256="2" * 64)


@pytest.fixture
def start(tried: WantedVersion, sam: Any) -> Callable[..., Rollout]:
    """Start a rollout of 1.2."""

    def start(kind: str = "canary", **fields: Any) -> Rollout:
        rollout = Rollout(kind=kind, **fields)
        rollout.start(tried, "1.0", by=sam)
        router.trials.forget()
        return rollout

    return start
