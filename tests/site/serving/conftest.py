"""Two replicas that remember what they were asked, and a model store of small archives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pymano.serving import bringing
from pymano.serving.models import WantedVersion
from tests import archives
from tests.fake_management import FakeManagement


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    settings.MODEL_STORE = archives.fill(tmp_path / "model_store", "1.0", "1.1", "1.2")
    return settings.MODEL_STORE


@pytest.fixture
def replicas(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FakeManagement, FakeManagement]]:
    """Both serve 1.1, with two workers; what they are asked to load is looked at often."""
    monkeypatch.setattr(bringing, "AGAIN_SECONDS", 0.01)
    with FakeManagement({"1.1": 2}, "1.1") as one, FakeManagement({"1.1": 2}, "1.1") as other:
        settings.TORCHSERVE_MANAGEMENT_URL = f"{one.url},{other.url}"
        yield one, other


def want(*versions: str, workers: int = 2) -> None:
    """Want versions; the first is the default."""
    for version in versions:
        WantedVersion.objects.create(
            version=version,
            archive=f"crnn-{version}.mar",
            sha256="0" * 64,
            workers=workers,
            is_default=True if version == versions[0] else None,
        )
