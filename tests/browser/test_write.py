"""The Write page under a mouse and the keys."""

import json
from typing import Any

from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import Open
from tests.browser.hands import write
from tests.fake_torchserve import FakeTorchServe, answer


def text_of(page: Any) -> Any:
    return page.locator("[data-part=text]")


def test_it_reads_by_itself_when_the_pen_rests(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "hello")
    expect(text_of(page)).to_have_text("hello")
    expect(page.locator("[data-part=says]")).to_have_text("93\N{NO-BREAK SPACE}% sure · unsure of “o”")
    expect(page.locator(".doubtful")).to_have_text("o")
    expect(page.get_by_role("status").filter(has_text="hello")).to_have_count(1)
    prediction = Prediction.objects.get()
    assert (prediction.owner, prediction.text) == (alice, "hello")
