"""The admin's pages on models: two real TorchServe, of which one is killed, and pictures for human eyes."""

import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from local.torchserve import TorchServe
from pymano.serving import changes
from pymano.serving.keeper import Keeper
from pymano.serving.models import ModelEvent, WantedVersion
from tests import archives, served
from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_looks import everywhere, look, options
from tests.fake_management import FakeManagement

MODELS = "/admin/serving/wantedversion/"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def sam(transactional_db: None, django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("sam", "sam@example.org", PASSWORD)


@pytest.fixture
def servers(
    chromium: Any, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[TorchServe]]:
    """Two servers that read with 1.0; the store has 1.1 too, and 1.2, which is broken."""
    store = archives.fill(tmp_path / "model_store", "1.0", "1.1")
    archives.write(store, "1.2", handler=archives.CANNOT_START)
    archives.approve(store, "crnn-1.0.mar", "crnn-1.1.mar", "crnn-1.2.mar")
    both = [TorchServe(tmp_path / name, archive=store / "crnn-1.0.mar") for name in "ab"]
    monkeypatch.setattr(changes, "SECONDS", 60.0)  # enough on a busy machine
    settings.MODEL_STORE = store
    settings.TORCHSERVE_MANAGEMENT_URL = ",".join(server.management_url for server in both)
    with served.running(*both):
        yield both


def change(page: Any, version: str, button: str) -> None:
    """Press a button of a version's page, and say yes."""
    page.goto(f"{MODELS}version/{version}/")
    page.get_by_role("link", name=button, exact=True).click()
    page.get_by_role("button", name="Yes").click()
    page.wait_for_load_state()


def told(page: Any) -> Any:
    return page.locator(".messagelist")


def is_seen(part: Any, window: tuple[int, int]) -> bool:
    """Whether a part of the page lies between the window's edges, with nothing to be scrolled."""
    box = part.bounding_box()
    return bool(box["x"] >= 0 and box["x"] + box["width"] <= window[0])


def row(page: Any, version: str) -> Any:
    """A version's row in the list."""
    page.goto(MODELS)
    return (
        page.get_by_role("region", name="Versions").get_by_role("row").filter(has_text=f"crnn-{version}.mar")
    )


def test_versions_come_and_go_in_the_admin(open_page: Open, sam: Any, servers: list[TorchServe]) -> None:
    page = open_page(MODELS, user=sam)
    page.set_default_timeout(90_000)
    expect(page.get_by_text("Nobody has changed the models yet")).to_be_visible()

    change(page, "1.1", "Register")
    expect(told(page)).to_contain_text("1.1 is registered.")
    expect(row(page, "1.1")).to_contain_text("2 of 2 as wanted")

    change(page, "1.2", "Register")
    expect(told(page)).to_contain_text("the workers of crnn-1.2.mar do not start")
    expect(told(page)).to_contain_text("Nothing was changed.")
    expect(row(page, "1.2")).to_contain_text("not registered")

    change(page, "1.1", "Make default")
    expect(row(page, "1.1")).to_contain_text("default, 1 worker")

    os.killpg(servers[1]._process.pid, signal.SIGKILL)
    servers[1].stop()
    page.goto(MODELS)
    page.get_by_role("link", name="Roll back to 1.0").click()
    page.get_by_role("button", name="Yes").click()
    expect(told(page)).to_contain_text("1.0 is the default again.")
    expect(told(page)).to_contain_text(f"TorchServe at {servers[1].management_url} is away; it will follow.")
    expect(row(page, "1.0")).to_contain_text("1 of 1 as wanted")

    change(page, "1.1", "Make default")
    servers[1].start()
    servers[1].wait()
    page.goto(MODELS)
    expect(page.get_by_role("heading", name=servers[1].management_url)).to_contain_text("differs")
    Keeper().round()
    expect(row(page, "1.1")).to_contain_text("2 of 2 as wanted")

    change(page, "1.0", "Unregister")
    expect(row(page, "1.0")).to_contain_text("not registered")
    assert [str(version) for version in WantedVersion.objects.all()] == ["1.1"]
    assert ModelEvent.objects.filter(actor=sam, outcome="failed").get().version == "1.2"


def test_what_is_uploaded_can_be_served(
    open_page: Open, sam: Any, servers: list[TorchServe], tmp_path: Path, settings: Any
) -> None:
    settings.MODEL_UPLOADS = True
    archive = archives.write(tmp_path, "2.0")
    page = open_page(MODELS, user=sam)
    page.set_default_timeout(90_000)
    page.get_by_role("link", name="Upload an archive").click()
    page.get_by_label("Archive").set_input_files(archive)
    page.get_by_label("SHA-256").fill(hashlib.sha256(archive.read_bytes()).hexdigest())
    page.get_by_role("button", name="Upload").click()
    expect(told(page)).to_contain_text("crnn-2.0.mar is uploaded.")
    change(page, "2.0", "Register")
    change(page, "2.0", "Make default")
    expect(row(page, "2.0")).to_contain_text("2 of 2 as wanted")


@pytest.fixture
def mixed(chromium: Any, tmp_path: Path, settings: Any) -> Iterator[None]:
    """The shipped archives; a server as it should be, one that differs, and one that is away."""
    settings.MODEL_STORE = ROOT / "model_store"
    settings.MODEL_UPLOADS = True
    shipped = dict(
        reversed(line.split()) for line in (ROOT / "model_store/SHA256SUMS").read_text().splitlines()
    )
    with (
        FakeManagement({"1.0": 2, "1.1": 2}, default="1.1") as right,
        FakeManagement({"1.1": 2}, default="1.1") as differs,
    ):
        differs.states["1.1"] = ["READY", "UNLOADING"]
        settings.TORCHSERVE_MANAGEMENT_URL = f"{right.url},{differs.url},http://127.0.0.1:9"
        for version, default in (("1.0", None), ("1.1", True)):
            WantedVersion.objects.create(
                version=version,
                archive=f"crnn-{version}.mar",
                sha256=shipped[f"crnn-{version}.mar"],
                workers=2,
                is_default=default,
            )
        ModelEvent.record("adopt", "1.0")
        ModelEvent.record("register", "1.1", details="2 workers.")
        ModelEvent.record(
            "set_default", "1.1", outcome="failed", details=f"{right.url}: " + "a long reason, " * 9
        )
        ModelEvent.record("set_default", "1.1")
        yield


@everywhere
def test_the_pages_on_models(open_page: Open, sam: Any, mixed: None, window: tuple[int, int]) -> None:
    page = open_page(MODELS, user=sam, **options(window))
    look(page, "models", window)
    assert is_seen(page.locator(".events .details").nth(1), window)
    page.goto(f"{MODELS}version/1.1/")
    look(page, "models-version", window)
    page.goto(f"{MODELS}version/1.1/set-workers/")
    look(page, "models-ask", window)
    page.goto(f"{MODELS}upload/")
    page.get_by_label("SHA-256").fill("no hash")
    page.get_by_label("Archive").set_input_files(
        {"name": "a.mar", "mimeType": "application/zip", "buffer": b"a"}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("A SHA-256 is 64 digits")).to_be_visible()
    look(page, "models-upload", window)
    page.goto("/admin/serving/modelevent/")
    look(page, "models-events", window)
    assert is_seen(page.locator("#result_list .field-details").nth(1), window)
