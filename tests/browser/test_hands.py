"""Fingers, pens and palms on the sheet."""

import json
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.hands import Finger, Stylus, place
from tests.browser.parts import button, inked, kept_ink, text_of
from tests.fake_torchserve import FakeTorchServe, answer

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 3,
}


def test_a_finger_writes_on_a_phone(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, **PHONE)
    finger = Finger(page)
    for stroke in place(page, "hello"):
        finger.draw(stroke)
    expect(text_of(page)).to_have_text("hello")
    strokes = json.loads(fake.asked[-1][1])["strokes"]
    assert len(strokes) == 5
    assert all(len(stroke) > 20 for stroke in strokes)


def test_the_page_does_not_scroll_under_a_finger(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, **PHONE)
    box = page.locator("#sheet").bounding_box()
    x, bottom = box["x"] + 100, box["y"] + box["height"] - 20
    Finger(page).draw([(x, bottom - 12 * i) for i in range(30)])
    assert page.evaluate("[scrollX, scrollY, visualViewport.pageTop]") == [0, 0, 0]
    assert len(kept_ink(page)["strokes"]) == 1


def test_the_sheet_takes_the_lower_two_thirds_of_a_phone(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE)
    paper = page.locator(".paper").bounding_box()
    assert 0.6 < paper["height"] / 844 < 0.7
    assert page.evaluate("document.documentElement.scrollHeight") <= 844
    for tool in page.locator(".tools .tool").all():
        assert tool.bounding_box()["height"] >= 44


def test_the_reading_stands_left_of_the_sheet_on_a_phone_on_its_side(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE | {"viewport": {"width": 844, "height": 390}})
    reading, sheet = (page.locator(name).bounding_box() for name in ("#reading", "#sheet"))
    assert reading["x"] + reading["width"] <= sheet["x"]
    assert sheet["y"] + sheet["height"] <= 390


def test_a_correction_has_room_on_a_small_phone_on_its_side(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE | {"viewport": {"width": 568, "height": 320}})
    Finger(page).draw(place(page, "l")[0])
    button(page, "Correct").tap()
    assert page.get_by_label("What is written").bounding_box()["width"] > 150


def test_a_long_reading_fills_the_room_above_the_sheet(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    fake.says = answer("a line of many words " * 6)
    page = open_page(user=alice, **PHONE)
    Finger(page).draw(place(page, "l")[0])
    expect(text_of(page)).to_contain_text("many words")
    text, line = (page.locator(name).bounding_box() for name in ("[data-part=text]", ".reading-line"))
    assert 80 < text["height"] <= line["height"]


def test_a_second_finger_leaves_no_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, **PHONE)
    finger = Finger(page)
    finger.down((100, 500))
    finger.down((100, 500), (300, 600))
    finger.move((120, 520), (280, 640))
    finger.up()
    assert len(kept_ink(page)["strokes"]) == 1


def test_a_pen_presses_its_strokes_wider(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    stroke = place(page, "l", size=2)[0]
    Stylus(page).draw(stroke, force=0.2)
    light = inked(page)
    page.keyboard.press("Control+z")
    Stylus(page).draw(stroke, force=1)
    assert inked(page) > 1.5 * light
    assert kept_ink(page)["strokes"][0][5][3] == 1


def test_palms_leave_no_ink_once_a_pen_was_seen(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, **PHONE)
    Stylus(page).draw(place(page, "l")[0])
    Finger(page).draw(place(page, "l", left=200)[0])
    assert len(kept_ink(page)["strokes"]) == 1
    expect(page.locator("#remark")).to_have_text("Your pen writes, so fingers leave no ink.")


def test_a_finger_may_write_again_when_it_is_asked_to(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE)
    Stylus(page).draw(place(page, "l")[0])
    finger = Finger(page)
    finger.draw(place(page, "l", left=200)[0])
    button(page, "Write with a finger").click()
    finger.draw(place(page, "l", left=200)[0])
    assert len(kept_ink(page)["strokes"]) == 2


def test_a_palm_that_came_before_the_pen_is_taken_back(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE)
    palm = Finger(page)
    palm.down((300, 700))
    palm.move((305, 706))
    Stylus(page).draw(place(page, "l")[0])
    palm.up()
    assert len(kept_ink(page)["strokes"]) == 1
    assert kept_ink(page)["strokes"][0][0][3] is not None


def test_the_sheet_fits_a_phone_that_turned_under_a_palm(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, **PHONE)
    palm = Finger(page)
    palm.down((300, 700))
    page.set_viewport_size({"width": 844, "height": 390})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    palm.cancel()
    box = page.locator("#dry").bounding_box()
    painted = page.evaluate("(({ width, height }) => [width, height])(document.getElementById('dry'))")
    assert painted == [round(box["width"] * 3), round(box["height"] * 3)]
    assert kept_ink(page) is None
