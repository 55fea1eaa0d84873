"""Every page at four widths, by day and night: none is wider than the window, and pictures for human eyes.

The pictures lie in the ignored reports/screenshots/. Day and night differ in the style sheet alone: a page is
brought to a state once for both.
"""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import Open
from tests.browser.hands import write
from tests.browser.test_picture import photograph
from tests.fake_torchserve import FakeTorchServe, answer
from tests.handwriting import ink

SHOTS = Path(__file__).parents[2] / "reports" / "screenshots"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
WINDOWS = [(320, 568), (667, 375), (768, 1024), (1440, 900)]
everywhere = pytest.mark.parametrize("window", WINDOWS, ids=lambda window: str(window[0]))


def look(page: Any, name: str, window: tuple[int, int]) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot = SHOTS / f"{name}-{window[0]}-{scheme}.png"
        page.screenshot(path=shot, full_page=True, animations="disabled")
        assert wide == 0, f"{name} is {wide} px wider than the window ({scheme})"


def options(window: tuple[int, int]) -> dict[str, Any]:
    return {
        "viewport": {"width": window[0], "height": window[1]},
        "has_touch": window[0] < 700,
        "is_mobile": window[0] < 700,
        "device_scale_factor": 2 if window[0] < 700 else 1,
    }


def keep(owner: Any, text: str, **fields: Any) -> Prediction:
    facts = {"confidence": 0.93, "model_name": "crnn", "model_version": "1.0", "duration_ms": 40} | fields
    return Prediction.objects.create(owner=owner, text=text, **facts)


@everywhere
def test_the_write_page(open_page: Open, alice: Any, fake: FakeTorchServe, window: tuple[int, int]) -> None:
    page = open_page(user=alice, **options(window))
    look(page, "write-empty", window)
    write(page, "hello", size=window[0] / 700 + 0.3)
    expect(page.locator("[data-part=text]")).to_have_text("hello")
    look(page, "write-read", window)
    page.get_by_role("button", name="Correct").click()
    look(page, "write-correcting", window)
    page.keyboard.press("Escape")
    fake.says = answer(LONG, LONG.replace("ä", "a"), LONG.lower(), LONG.upper(), "short", "a b", doubtful="ä")
    page.get_by_role("button", name="Read").click()
    expect(page.locator("[data-part=text]")).to_have_text(LONG)
    look(page, "write-long", window)
    fake.mood = "busy"
    page.get_by_role("button", name="Read").click()
    expect(page.locator("[data-part=says]")).to_contain_text("busy")
    look(page, "write-busy", window)


@everywhere
def test_the_picture_page(open_page: Open, alice: Any, fake: FakeTorchServe, window: tuple[int, int]) -> None:
    page = open_page("/picture/", user=alice, **options(window))
    look(page, "picture-empty", window)
    page.locator("#choose").set_input_files(
        {"name": "note.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    expect(page.locator("[data-part=says]")).to_contain_text("cannot open")
    look(page, "picture-refused", window)
    page.locator("#choose").set_input_files(photograph())
    expect(page.locator("[data-part=text]")).to_have_text("hello")
    look(page, "picture-read", window)


@everywhere
def test_the_history_page(open_page: Open, alice: Any, window: tuple[int, int]) -> None:
    page = open_page("/history/", user=alice, **options(window))
    look(page, "history-empty", window)
    for i in range(30):
        keep(alice, "hello", strokes=ink("hello"), correction="hallo" if i % 4 == 0 else None)
    keep(alice, LONG, strokes=ink("write a word here"))
    for kind in ("JPEG", "TIFF"):
        keep(alice, "hello", picture=ContentFile(photograph(kind=kind)["buffer"], f"a.{kind.lower()}"))
    page.reload()
    look(page, "history-full", window)
    page.get_by_role("link", name="Delete").first.click()
    look(page, "history-deleting", window)
    page.keyboard.press("Escape")
    page.goto("/history/?q=nowhere")
    look(page, "history-nothing", window)


@everywhere
def test_the_history_of_who_teaches(open_page: Open, alice: Any, window: tuple[int, int]) -> None:
    alice.agree_to_teach(True)
    keep(alice, "hello", strokes=ink("hello"), correction="hallo", withdrawn=True)
    keep(alice, "hello", strokes=ink("hello"), correction="hello")
    keep(alice, LONG, strokes=ink("write a word here"))
    page = open_page("/history/", user=alice, **options(window))
    page.get_by_role("button", name="Keep from training").first.focus()
    look(page, "history-teaching", window)
    page.get_by_role("button", name="Correct").first.click()
    look(page, "history-correcting", window)
    page.goto("/accounts/profile/#teaching")
    look(page, "profile-teaching", window)


@everywhere
@pytest.mark.parametrize("path", ["login", "signup", "password/reset"])
def test_the_pages_for_strangers(
    open_page: Open, transactional_db: None, path: str, window: tuple[int, int]
) -> None:
    page = open_page(f"/accounts/{path}/", **options(window))
    look(page, path.replace("/", "-"), window)


@everywhere
def test_the_pages_of_the_account(open_page: Open, alice: Any, window: tuple[int, int]) -> None:
    alice.username = LONG
    alice.save()
    page = open_page("/accounts/profile/", user=alice, **options(window))
    look(page, "profile", window)
    page.locator("[data-menu] summary").click()
    look(page, "menu", window)
    page.goto("/no/such/page/")
    look(page, "not-found", window)
