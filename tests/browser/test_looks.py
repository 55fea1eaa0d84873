"""Every page at three widths, by day and night: none is wider than the window, and pictures for human eyes.

The pictures lie in the ignored reports/screenshots/.
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
day_and_night = pytest.mark.parametrize("scheme", ["light", "dark"])


def look(page: Any, name: str, window: tuple[int, int], scheme: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{window[0]}-{scheme}.png", full_page=True, animations="disabled")
    assert wide == 0, f"{name} is {wide} px wider than the window"


def options(window: tuple[int, int], scheme: str) -> dict[str, Any]:
    return {
        "viewport": {"width": window[0], "height": window[1]},
        "color_scheme": scheme,
        "has_touch": window[0] < 700,
        "is_mobile": window[0] < 700,
        "device_scale_factor": 2 if window[0] < 700 else 1,
    }


def keep(owner: Any, text: str, **fields: Any) -> Prediction:
    facts = {"confidence": 0.93, "model_name": "crnn", "model_version": "1.0", "duration_ms": 40} | fields
    return Prediction.objects.create(owner=owner, text=text, **facts)


@everywhere
@day_and_night
def test_the_write_page(
    open_page: Open, alice: Any, fake: FakeTorchServe, window: tuple[int, int], scheme: str
) -> None:
    page = open_page(user=alice, **options(window, scheme))
    look(page, "write-empty", window, scheme)
    write(page, "hello", size=window[0] / 700 + 0.3)
    expect(page.locator("[data-part=text]")).to_have_text("hello")
    look(page, "write-read", window, scheme)
    page.get_by_role("button", name="Correct").click()
    look(page, "write-correcting", window, scheme)
    page.keyboard.press("Escape")
    fake.says = answer(LONG, LONG.replace("ä", "a"), LONG.lower(), LONG.upper(), "short", "a b", doubtful="ä")
    page.get_by_role("button", name="Read").click()
    expect(page.locator("[data-part=text]")).to_have_text(LONG)
    look(page, "write-long", window, scheme)
    fake.mood = "busy"
    page.get_by_role("button", name="Read").click()
    expect(page.locator("[data-part=says]")).to_contain_text("busy")
    look(page, "write-busy", window, scheme)


@everywhere
@day_and_night
def test_the_picture_page(
    open_page: Open, alice: Any, fake: FakeTorchServe, window: tuple[int, int], scheme: str
) -> None:
    page = open_page("/picture/", user=alice, **options(window, scheme))
    look(page, "picture-empty", window, scheme)
    page.locator("#choose").set_input_files(
        {"name": "note.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    expect(page.locator("[data-part=says]")).to_contain_text("cannot open")
    look(page, "picture-refused", window, scheme)
    page.locator("#choose").set_input_files(photograph())
    expect(page.locator("[data-part=text]")).to_have_text("hello")
    look(page, "picture-read", window, scheme)


@everywhere
@day_and_night
def test_the_history_page(open_page: Open, alice: Any, window: tuple[int, int], scheme: str) -> None:
    page = open_page("/history/", user=alice, **options(window, scheme))
    look(page, "history-empty", window, scheme)
    for i in range(30):
        keep(alice, "hello", strokes=ink("hello"), correction="hallo" if i % 4 == 0 else None)
    keep(alice, LONG, strokes=ink("write a word here"))
    for kind in ("JPEG", "TIFF"):
        keep(alice, "hello", picture=ContentFile(photograph(kind=kind)["buffer"], f"a.{kind.lower()}"))
    page.reload()
    look(page, "history-full", window, scheme)
    page.get_by_role("link", name="Delete").first.click()
    look(page, "history-deleting", window, scheme)
    page.keyboard.press("Escape")
    page.goto("/history/?q=nowhere")
    look(page, "history-nothing", window, scheme)


@everywhere
@day_and_night
def test_the_history_of_who_teaches(
    open_page: Open, alice: Any, window: tuple[int, int], scheme: str
) -> None:
    alice.agree_to_teach(True)
    keep(alice, "hello", strokes=ink("hello"), correction="hallo", withdrawn=True)
    keep(alice, "hello", strokes=ink("hello"), correction="hello")
    keep(alice, LONG, strokes=ink("write a word here"))
    page = open_page("/history/", user=alice, **options(window, scheme))
    page.get_by_role("button", name="Keep from training").first.focus()
    look(page, "history-teaching", window, scheme)
    page.get_by_role("button", name="Correct").first.click()
    look(page, "history-correcting", window, scheme)
    page.goto("/accounts/profile/#teaching")
    look(page, "profile-teaching", window, scheme)


@everywhere
@day_and_night
@pytest.mark.parametrize("path", ["login", "signup", "password/reset"])
def test_the_pages_for_strangers(
    open_page: Open, transactional_db: None, path: str, window: tuple[int, int], scheme: str
) -> None:
    page = open_page(f"/accounts/{path}/", **options(window, scheme))
    look(page, path.replace("/", "-"), window, scheme)


@everywhere
@day_and_night
def test_the_pages_of_the_account(open_page: Open, alice: Any, window: tuple[int, int], scheme: str) -> None:
    alice.username = LONG
    alice.save()
    page = open_page("/accounts/profile/", user=alice, **options(window, scheme))
    look(page, "profile", window, scheme)
    page.locator("[data-menu] summary").click()
    look(page, "menu", window, scheme)
    page.goto("/no/such/page/")
    look(page, "not-found", window, scheme)
