"""The whole product: a browser, the site, the real TorchServe with the shipped archive."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from local.torchserve import TorchServe
from pymano.recognition.models import Prediction
from pymano.serving import client as torchserve_client
from tests.browser.conftest import Open
from tests.browser.hands import Finger, place, write
from tests.browser.parts import button, says, text_of
from tests.browser.test_picture import PHONE, photograph

ROOT = Path(__file__).parents[2]
README_IMAGE = ROOT / "docs" / "images" / "write.png"
"""Drawn anew where UPDATE_IMAGES=1 is set."""
SCREENSHOTS = ROOT / "reports" / "screenshots"
SETTLED = "#reading[data-mood=settled]"


@pytest.fixture(autouse=True)
def recogniser(chromium: Any, torchserve: TorchServe, settings: Any) -> None:
    settings.TORCHSERVE_INFERENCE_URL = torchserve.inference_url
    settings.TORCHSERVE_MANAGEMENT_URL = torchserve.management_url
    torchserve_client.state.forget()


def offered(page: Any) -> list[str]:
    """What was read, and what it may be instead."""
    page.wait_for_selector(SETTLED, timeout=30_000)
    return [text_of(page).inner_text(), *page.locator(".chip").all_inner_texts()]


def test_a_word_is_written_read_corrected_and_found_again(open_page: Open, alice: Any) -> None:
    page = open_page(user=alice)
    write(page, "hello", size=1)
    assert "hello" in offered(page)
    expect(says(page)).to_contain_text("sure")
    button(page, "Correct").click()
    page.get_by_label("What is written").fill("Héllo")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_text("Héllo")
    page.goto("/history/?q=hello")
    expect(page.locator(".item .best")).to_have_text("Héllo")
    prediction = Prediction.objects.get()
    assert prediction.model_name == "crnn"
    assert len(prediction.characters) == len(prediction.text)


def test_a_finger_writes_a_word_on_a_phone(open_page: Open, alice: Any) -> None:
    page = open_page(user=alice, **PHONE)
    finger = Finger(page)
    for stroke in place(page, "whale", size=1):
        finger.draw(stroke)
    assert "whale" in offered(page)


def test_a_photograph_is_read(open_page: Open, alice: Any) -> None:
    page = open_page("/picture/", user=alice, **PHONE)
    page.locator("#capture").set_input_files(photograph())
    assert "hello" in offered(page)


def test_the_picture_of_the_readme(open_page: Open, alice: Any) -> None:
    page = open_page(user=alice, viewport={"width": 1100, "height": 640}, device_scale_factor=1.5)
    write(page, "hello", size=1.6, left=140)
    assert offered(page)[0] == "hello"
    page.mouse.move(0, 0)
    image = README_IMAGE if "UPDATE_IMAGES" in os.environ else SCREENSHOTS / "readme.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=image, animations="disabled")
