"""The Write page under a mouse and the keys."""

import json
from typing import Any

from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import Open
from tests.browser.hands import write
from tests.browser.parts import NBSP, announced, button, inked, kept_ink, says, text_of
from tests.fake_torchserve import FakeTorchServe, answer

PHONE = {"viewport": {"width": 390, "height": 844}}


def test_it_reads_by_itself_when_the_pen_rests(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "hello")
    expect(text_of(page)).to_have_text("hello")
    expect(says(page)).to_have_text(f"93{NBSP}% sure · unsure of “o”")
    expect(announced(page)).to_contain_text("hello")
    prediction = Prediction.objects.get()
    assert (prediction.owner, prediction.text) == (alice, "hello")


def test_a_reading_has_one_id_from_the_page_to_the_recogniser_and_back(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    with page.expect_response("**/api/v1/predictions/") as waited:
        write(page, "hello")
    sent = waited.value.request.headers["x-request-id"]
    assert len(sent) == 36
    assert waited.value.headers["x-request-id"] == sent
    assert fake.request_ids == [sent]


def test_it_marks_the_letters_that_it_doubts(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "lo")
    expect(page.locator(".doubtful")).to_have_text("o")
    expect(page.locator(".doubtful")).to_have_attribute("title", f"41{NBSP}% sure of “o”")
    assert "dotted" in page.locator(".doubtful").evaluate("e => getComputedStyle(e).textDecorationStyle")


def test_it_sends_strokes_with_times_and_no_pressure_of_a_mouse(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "hi")
    expect(text_of(page)).to_have_text("hello")
    content_type, body = fake.asked[-1]
    strokes = json.loads(body)["strokes"]
    assert content_type == "application/json"
    assert len(strokes) == 3
    points = [point for stroke in strokes for point in stroke]
    times = [point[2] for point in points]
    assert times[0] == 0
    assert times == sorted(times)
    assert all(point[3] is None for point in points)


def test_one_drawing_is_one_line_of_the_history(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    for count in (1, 2, 3):
        fake.says = answer("l" * count)
        write(page, "l", left=30 + 60 * count)
        expect(text_of(page)).to_have_text("l" * count)
    assert Prediction.objects.get().text == "lll"


def test_a_cleared_sheet_begins_another_drawing(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.keyboard.press("Escape")
    expect(text_of(page)).to_be_empty()
    fake.says = answer("world")
    write(page, "o")
    expect(text_of(page)).to_have_text("world")
    assert set(Prediction.objects.values_list("text", flat=True)) == {"hello", "world"}


def test_a_newer_reading_cancels_an_older_one(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    cancelled = []
    page.on("requestfailed", lambda request: cancelled.append(request.url))
    fake.mood = "slow"
    write(page, "l")
    expect(says(page)).to_have_text("Reading…")
    assert fake.was_asked.wait(30)
    fake.mood, fake.says = "ready", answer("newer")
    button(page, "Read").click()
    expect(text_of(page)).to_have_text("newer")
    fake.release.set()
    expect(text_of(page)).to_have_text("newer")
    assert [url.endswith("/api/v1/predictions/") for url in cancelled] == [True]


def test_a_pen_that_comes_down_again_lets_a_reading_end(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    fake.mood = "slow"
    write(page, "l")
    expect(says(page)).to_have_text("Reading…")
    page.mouse.move(300, 500)
    page.mouse.down()
    fake.mood = "ready"
    fake.release.set()
    expect(text_of(page)).to_have_text("hello")
    fake.says = answer("longer")
    page.mouse.move(340, 540)
    page.mouse.up()
    expect(text_of(page)).to_have_text("longer")


def test_keys_undo_redo_and_clear(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "hi")
    strokes = len(kept_ink(page)["strokes"])
    page.keyboard.press("Control+z")
    assert len(kept_ink(page)["strokes"]) == strokes - 1
    page.keyboard.press("Control+Shift+z")
    assert len(kept_ink(page)["strokes"]) == strokes
    drawing = kept_ink(page)["drawing"]
    page.keyboard.press("Escape")
    assert kept_ink(page)["strokes"] == []
    assert kept_ink(page)["drawing"] != drawing
    page.keyboard.press("Control+z")
    assert len(kept_ink(page)["strokes"]) == strokes
    assert kept_ink(page)["drawing"] == drawing


def test_buttons_undo_redo_and_clear(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    for name in ("Undo", "Redo", "Clear", "Read"):
        expect(button(page, name)).to_be_disabled()
    write(page, "l")
    full = inked(page)
    button(page, "Undo").click()
    assert inked(page) == 0
    expect(button(page, "Clear")).to_be_disabled()
    button(page, "Redo").click()
    assert inked(page) == full
    button(page, "Clear").click()
    assert inked(page) == 0
    button(page, "Undo").click()
    assert inked(page) == full > 0


def test_a_chip_becomes_the_correction(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    button(page, "hallo").click()
    expect(text_of(page)).to_have_text("hallo")
    expect(says(page)).to_have_text("Corrected by you. It was read as “hello”.")
    expect(button(page, "hello")).to_be_visible()
    assert Prediction.objects.get().correction == "hallo"


def test_a_correction_is_written_in_place(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    button(page, "Correct").click()
    field = page.get_by_label("What is written")
    expect(field).to_be_focused()
    expect(field).to_have_value("hello")
    field.fill("œuf à la française")
    field.press("Enter")
    expect(text_of(page)).to_have_text("œuf à la française")
    expect(field).to_be_hidden()
    assert Prediction.objects.get().correction == "œuf à la française"


def test_a_correction_comes_back_with_its_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    page.get_by_title("Take “hallo”").click()
    expect(says(page)).to_contain_text("Corrected")
    fake.says = answer("hello!")
    write(page, "i")
    expect(text_of(page)).to_have_text("hello!")
    assert Prediction.objects.get().correction is None
    fake.says = answer("hello")
    for _ in range(len(kept_ink(page)["strokes"]) - 1):
        page.keyboard.press("Control+z")
    expect(text_of(page)).to_have_text("hallo")
    expect(says(page)).to_contain_text("Corrected")
    assert Prediction.objects.get().correction == "hallo"


def test_escape_leaves_a_correction_and_the_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    button(page, "Correct").click()
    page.get_by_label("What is written").fill("nothing of this")
    page.keyboard.press("Escape")
    expect(text_of(page)).to_have_text("hello")
    expect(button(page, "Correct")).to_be_focused()
    assert len(kept_ink(page)["strokes"]) == 1
    assert Prediction.objects.get().correction is None


def test_escape_closes_the_menu_and_leaves_the_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.locator("[data-menu] summary").click()
    button(page, "Correct").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    assert len(kept_ink(page)["strokes"]) == 1


def test_it_copies(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, permissions=["clipboard-read", "clipboard-write"])
    write(page, "l")
    button(page, "Copy").click()
    expect(announced(page)).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "hello"


def test_it_copies_where_the_clipboard_is_out_of_reach(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice, permissions=["clipboard-read"])
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    write(page, "l")
    button(page, "Copy").click()
    expect(announced(page)).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "hello"


def test_the_hint_goes_at_the_first_touch(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    expect(page.locator("#hint")).to_be_visible()
    page.mouse.move(300, 400)
    page.mouse.down()
    expect(page.locator("#hint")).to_be_hidden()
    page.mouse.up()
    page.keyboard.press("Control+z")
    expect(page.locator("#hint")).to_be_visible()


def test_one_dot_is_ink(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    page.locator("#sheet").click()
    expect(text_of(page)).to_have_text("hello")
    assert inked(page) > 0


def test_ink_that_cannot_be_read_is_said_to_be(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    fake.mood = "blank"
    page = open_page(user=alice)
    write(page, "l")
    expect(says(page)).to_have_text("I could not read this. Try larger letters.")
    expect(button(page, "Copy")).to_be_disabled()
    assert not Prediction.objects.exists()


def test_ink_stays_whole_when_the_window_turns(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, viewport={"width": 844, "height": 390})
    write(page, "hello here", size=1)
    expect(text_of(page)).to_have_text("hello")
    strokes = kept_ink(page)["strokes"]
    page.set_viewport_size(PHONE["viewport"])
    box = page.locator("#dry").bounding_box()
    right = max(x for stroke in strokes for x, *_ in stroke)
    assert right > box["width"]
    # Something is painted in the last fifth, nothing at the very edge: it was made to fit.
    painted = page.evaluate(
        """() => {
            const canvas = document.getElementById("dry");
            const read = (x, w) => canvas.getContext("2d").getImageData(x, 0, w, canvas.height).data;
            const dark = (data) => data.some((value, i) => i % 4 === 3 && value > 200);
            return [dark(read(canvas.width * 0.8, canvas.width * 0.18)), dark(read(canvas.width - 4, 4))];
        }"""
    )
    assert painted == [True, False]
    assert kept_ink(page)["strokes"] == strokes


def test_the_sheet_is_as_sharp_as_the_screen(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice, device_scale_factor=3, **PHONE)
    box = page.locator("#dry").bounding_box()
    assert page.evaluate("document.getElementById('dry').width") == round(box["width"] * 3)


def test_keys_belong_to_the_field_that_is_written_in(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    button(page, "Correct").click()
    page.keyboard.type("x")
    page.keyboard.press("Control+z")
    assert len(kept_ink(page)["strokes"]) == 1


def test_everything_is_reached_by_tab_in_the_order_of_reading(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.evaluate("document.getElementById('main').focus()")
    names = []
    for _ in range(7):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.innerText.trim()"))
    assert names == ["Copy", "Correct", "hallo", "hells", "Undo", "Clear", "Read"]
