"""The History page in a browser; what it answers without one is in tests/site."""

import zipfile
from typing import Any

from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from tests.browser.conftest import Open
from tests.browser.hands import write
from tests.browser.parts import NBSP, button, kept_ink, says, text_of
from tests.fake_torchserve import FakeTorchServe
from tests.handwriting import ink


def keep(owner: Any, text: str, **fields: Any) -> Prediction:
    facts = {"confidence": 0.93, "model_name": "crnn", "model_version": "1.0", "duration_ms": 40} | fields
    return Prediction.objects.create(owner=owner, text=text, strokes=ink("hello"), **facts)


def test_what_was_written_stands_in_the_history(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.get_by_role("link", name="History").click()
    item = page.locator(".item")
    expect(item).to_have_count(1)
    expect(item.locator(".best")).to_have_text("hello")
    expect(item).to_contain_text(f"93{NBSP}% sure")
    assert item.locator("svg.thumb path").get_attribute("d").startswith("M")


def test_a_reading_is_corrected_in_its_line(open_page: Open, alice: Any) -> None:
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    page.get_by_role("button", name="Correct").click()
    field = page.get_by_label("What is written")
    expect(field).to_be_focused()
    field.fill("hallo")
    field.press("Enter")
    expect(page.locator(".best").first).to_have_text("hallo")
    expect(page.locator(".facts-line")).to_contain_text("Corrected by you. Read as “hello”")
    prediction.refresh_from_db()
    assert prediction.correction == "hallo"


def test_what_can_be_done_is_named_after_the_correction(open_page: Open, alice: Any) -> None:
    alice.agree_to_teach(True)
    keep(alice, "hello")
    page = open_page("/history/", user=alice)
    button(page, "Correct “hello”").click()
    page.keyboard.type("hallo")
    page.keyboard.press("Enter")
    expect(button(page, "Correct “hallo”")).to_be_focused()
    expect(button(page, "Keep from training “hallo”")).to_be_visible()
    expect(page.get_by_role("link", name="Delete “hallo”")).to_be_visible()


def test_escape_leaves_the_line_as_it_was(open_page: Open, alice: Any) -> None:
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    page.get_by_role("button", name="Correct").click()
    page.keyboard.type("never")
    page.keyboard.press("Escape")
    expect(page.locator(".best").first).to_have_text("hello")
    expect(page.get_by_role("button", name="Correct")).to_be_focused()
    prediction.refresh_from_db()
    assert prediction.correction is None


def test_a_correction_that_is_not_kept_says_so(open_page: Open, alice: Any) -> None:
    keep(alice, "hello")
    page = open_page("/history/", user=alice)
    page.context.set_offline(True)
    page.get_by_role("button", name="Correct").click()
    page.keyboard.type("hallo")
    page.keyboard.press("Enter")
    expect(page.locator(".facts-line")).to_contain_text("This was not kept. You are offline.")
    expect(page.get_by_label("What is written")).to_have_value("hallo")


def test_a_reading_is_confirmed(open_page: Open, alice: Any) -> None:
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    page.get_by_role("button", name="Confirm “hello”").click()
    expect(page.locator(".facts-line")).to_contain_text(f"Confirmed by you. 93{NBSP}% sure")
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
    expect(page.get_by_role("button", name="Correct")).to_be_focused()
    prediction.refresh_from_db()
    assert prediction.correction == "hello"
    page.reload()
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)


def test_what_was_corrected_or_is_empty_has_nothing_to_confirm(open_page: Open, alice: Any) -> None:
    keep(alice, "hello", correction="hallo")
    keep(alice, "")
    page = open_page("/history/", user=alice)
    expect(page.get_by_role("button", name="Correct")).to_have_count(2)
    expect(page.get_by_role("button", name="Confirm")).to_have_count(0)


def test_who_does_not_teach_has_nothing_to_keep_from_it(open_page: Open, alice: Any) -> None:
    keep(alice, "hello", correction="hallo")
    page = open_page("/history/", user=alice)
    expect(page.get_by_text("Nothing here trains the reader.")).to_be_visible()
    expect(page.get_by_role("button", name="Keep from training")).to_have_count(0)
    page.get_by_role("link", name="Change this").click()
    button(page, "Let my corrections train").click()
    expect(page.get_by_text("Your corrections may train the reader now.")).to_be_visible()
    alice.refresh_from_db()
    assert alice.teaches
    button(page, "Stop").click()
    expect(page.get_by_text("Your readings train nothing from now on.")).to_be_visible()
    alice.refresh_from_db()
    assert not alice.teaches


def test_one_reading_is_kept_from_training_and_back(open_page: Open, alice: Any) -> None:
    alice.agree_to_teach(True)
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    switch, line = page.get_by_role("button", name="Keep from training"), page.locator(".facts-line")
    expect(line).not_to_contain_text("train")
    page.get_by_role("button", name="Confirm").click()
    expect(line).to_contain_text("may train the reader")
    for pressed, said in ((True, "kept from training"), (False, "may train the reader")):
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", str(pressed).lower())
        expect(line).to_contain_text(said)
        prediction.refresh_from_db()
        assert prediction.withdrawn is pressed
    switch.click()
    expect(line).to_contain_text("kept from training")
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(line).to_contain_text("kept from training")


def test_what_cannot_be_withdrawn_says_so(open_page: Open, alice: Any) -> None:
    alice.agree_to_teach(True)
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    page.context.set_offline(True)
    switch = page.get_by_role("button", name="Keep from training")
    switch.click()
    expect(page.locator(".facts-line")).to_contain_text("This was not kept. You are offline.")
    expect(switch).to_have_attribute("aria-pressed", "false")
    prediction.refresh_from_db()
    assert not prediction.withdrawn


def test_deleting_is_asked_about(open_page: Open, alice: Any) -> None:
    keep(alice, "hello")
    keep(alice, "world")
    page = open_page("/history/", user=alice)
    page.get_by_role("link", name="Delete “hello”").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("hello")
    expect(button(page, "Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    assert Prediction.objects.count() == 2
    page.get_by_role("link", name="Delete “hello”").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    assert Prediction.objects.get().text == "world"


def test_deleting_needs_no_script(open_page: Open, alice: Any) -> None:
    keep(alice, "hello")
    page = open_page("/history/", user=alice, java_script_enabled=False)
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    assert not Prediction.objects.exists()


def test_the_history_is_searched(open_page: Open, alice: Any) -> None:
    keep(alice, "été")
    keep(alice, "hello", correction="hiver")
    page = open_page("/history/", user=alice)
    for query, found in (("ETE", "été"), ("hiv", "hiver")):
        page.get_by_label("Search what was read").fill(query)
        page.keyboard.press("Enter")
        expect(page.locator(".item .best")).to_have_text(found)
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator(".item")).to_have_count(2)


def test_everything_is_downloaded(open_page: Open, alice: Any) -> None:
    prediction = keep(alice, "hello")
    page = open_page("/history/", user=alice)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert f"strokes/{prediction.pk}.json" in archive.namelist()


def test_an_empty_history_shows_what_will_be_there(open_page: Open, alice: Any) -> None:
    page = open_page("/history/", user=alice)
    expect(page.get_by_text("Everything that you have read stands here")).to_be_visible()
    page.get_by_role("link", name="Write a word").click()
    expect(page.locator("#sheet")).to_be_visible()


def test_what_was_corrected_here_is_corrected_on_the_sheet(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    Prediction.objects.get().correct("hallo")
    page.reload()
    expect(text_of(page)).to_have_text("hallo")
    assert len(fake.asked) == 1


def test_a_correction_of_an_older_reading_is_not_kept(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.goto("/history/")
    Prediction.objects.update(text="hello world")
    button(page, "Confirm “hello”").click()
    expect(page.locator("[data-part=state]")).to_have_text(
        "This was not kept. Its ink was read anew: reload the page."
    )
    assert Prediction.objects.get().correction is None
    page.reload()
    button(page, "Confirm “hello world”").click()
    expect(page.locator("[data-part=state]")).to_contain_text("Confirmed by you")
    assert Prediction.objects.get().correction == "hello world"


def test_what_is_deleted_here_leaves_the_sheet(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.goto("/history/")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted.")).to_be_visible()
    assert kept_ink(page) is None


def test_what_is_deleted_elsewhere_leaves_the_sheet(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    Prediction.objects.all().delete()
    button(page, "hallo").click()
    expect(says(page)).to_have_text("The correction was not kept. The reading was deleted meanwhile.")
    page.reload()
    expect(page.locator("#hint")).to_be_visible()
    expect(text_of(page)).to_be_empty()
    assert not Prediction.objects.exists()
