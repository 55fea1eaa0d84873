"""What stands in the way of a reading: said in words, and the ink outlasts it."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from pymano.serving import client as torchserve_client
from tests.browser.conftest import PASSWORD, Open, sign_in
from tests.browser.hands import write
from tests.browser.parts import button, inked, kept_ink, says, text_of
from tests.fake_torchserve import FakeTorchServe, answer


@pytest.fixture(autouse=True)
def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for the recogniser's state each time anew."""
    monkeypatch.setattr(torchserve_client.state, "seconds", 0)


def test_ink_is_read_when_the_recogniser_is_back(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.leave()
    write(page, "l")
    expect(says(page)).to_have_text("The reader is away. Your ink is kept, and read when it is back.")
    assert len(kept_ink(page)["strokes"]) == 1
    assert not Prediction.objects.exists()
    fake.come_back()
    expect(text_of(page)).to_have_text("hello", timeout=20_000)
    assert Prediction.objects.get().text == "hello"


def test_a_recogniser_that_starts_is_waited_for(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.leave()
    write(page, "l")
    expect(says(page)).to_contain_text("away")
    fake.mood = "starting"
    fake.come_back()
    expect(says(page)).to_have_text("The reader is starting. Your ink is read in a moment.", timeout=20_000)
    fake.mood = "ready"
    expect(text_of(page)).to_have_text("hello", timeout=20_000)


def test_a_busy_recogniser_is_asked_again(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.mood = "busy"
    write(page, "l")
    expect(says(page)).to_have_text("The reader is busy. Your ink is read in a moment.")
    fake.mood = "ready"
    expect(text_of(page)).to_have_text("hello", timeout=20_000)


def test_too_many_readings_wait_as_long_as_they_are_told(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    answers = iter([{"status": 429, "headers": {"Retry-After": "3"}, "json": {"code": "throttled"}}])

    def answer_once(route: Any) -> None:
        said = next(answers, None)
        route.fulfill(**said) if said else route.continue_()

    page.route("**/api/v1/predictions/", answer_once)
    write(page, "l")
    expect(says(page)).to_contain_text("busy")
    page.wait_for_timeout(2300)
    assert fake.asked == []
    expect(text_of(page)).to_have_text("hello", timeout=10_000)


def test_a_slow_recogniser_is_said_to_be(
    open_page: Open, alice: Any, fake: FakeTorchServe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchserve_client, "READ_SECONDS", 0.3)
    page = open_page(user=alice)
    fake.mood = "slow"
    write(page, "l")
    expect(says(page)).to_have_text(
        "The reader took too long. Your ink is kept, and tried again in a moment."
    )
    fake.mood = "ready"
    button(page, "Try again").click()
    expect(text_of(page)).to_have_text("hello")


def test_the_focus_stays_in_the_panel_when_it_is_tried_again(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    page.route("**/api/v1/predictions/", lambda route: route.fulfill(status=500, json={}))
    write(page, "l")
    expect(says(page)).to_have_text("Something went wrong. Your ink is kept.")
    page.unroute("**/api/v1/predictions/")
    button(page, "Try again").press("Enter")
    expect(text_of(page)).to_have_text("hello")
    expect(page.locator(".reading-note")).to_be_focused()


def test_a_site_without_room_says_so_and_is_not_asked_again(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    page.clock.install()
    page.route(
        "**/api/v1/predictions/", lambda route: route.fulfill(status=503, json={"code": "storage_full"})
    )
    write(page, "l")
    page.clock.run_for(1000)
    expect(says(page)).to_have_text("The site has no room left. Your ink is kept. Try again later.")
    page.unroute("**/api/v1/predictions/")
    page.clock.run_for(60_000)
    assert fake.asked == []
    button(page, "Try again").click()
    expect(text_of(page)).to_have_text("hello")


def test_rubbish_is_not_shown(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.mood = "rubbish"
    write(page, "l")
    expect(says(page)).to_contain_text("Your ink is kept")
    page.get_by_text("Details").click()
    expect(page.locator("[data-part=about]")).to_contain_text("recogniser_away")


def test_ink_is_read_when_the_connection_is_back(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    page.context.set_offline(True)
    write(page, "l")
    expect(says(page)).to_have_text("You are offline. Your ink is kept, and read when you are back.")
    page.context.set_offline(False)
    expect(text_of(page)).to_have_text("hello")


def test_a_site_that_does_not_answer_is_waited_for(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    page.route("**/*", lambda route: route.abort("connectionrefused"))
    write(page, "l")
    expect(says(page)).to_contain_text("The site does not answer. Your ink is kept")
    page.unroute("**/*")
    expect(text_of(page)).to_have_text("hello", timeout=20_000)


def test_ink_and_reading_survive_a_reload(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    before = inked(page)
    page.reload()
    expect(text_of(page)).to_have_text("hello")
    assert inked(page) == before
    assert len(fake.asked) == 1
    page.keyboard.press("Control+z")
    assert inked(page) == 0


def test_the_clock_of_a_drawing_goes_on_after_a_reload(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    page.reload()
    write(page, "l", left=200)
    times = [point[2] for stroke in kept_ink(page)["strokes"] for point in stroke]
    assert len(kept_ink(page)["strokes"]) == 2
    assert times == sorted(times)


def test_unread_ink_is_read_after_a_reload(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.mood = "busy"
    write(page, "l")
    expect(says(page)).to_contain_text("busy")
    fake.mood = "ready"
    page.reload()
    expect(text_of(page)).to_have_text("hello")
    assert Prediction.objects.get().text == "hello"


def test_a_correction_survives_a_reload(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    write(page, "l")
    button(page, "hallo").click()
    expect(text_of(page)).to_have_text("hallo")
    page.reload()
    expect(text_of(page)).to_have_text("hallo")


def test_ink_survives_a_sign_in(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    Session.objects.all().delete()
    write(page, "l")
    expect(says(page)).to_have_text("You are signed out. Your ink is kept.")
    page.get_by_role("link", name="Sign in").click()
    page.locator("[name=login]").fill("alice")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(text_of(page)).to_have_text("hello")
    assert inked(page) > 0
    assert Prediction.objects.get().owner == alice


def tab_beside(page: Any, address: str) -> Any:
    """Open another tab of the same browser."""
    other = page.context.new_page()
    other.goto(address)
    return other


def test_a_sign_in_in_another_tab_is_enough(
    open_page: Open, live_server: Any, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    other = tab_beside(page, "/history/")
    Session.objects.all().delete()
    write(page, "l")
    expect(says(page)).to_contain_text("You are signed out")
    sign_in(page.context, alice, live_server.url)
    other.goto("/picture/")
    expect(text_of(page)).to_have_text("hello")


def test_leaving_in_another_tab_is_noticed(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    other = tab_beside(page, "/history/")
    leave(other)
    write(page, "l")
    expect(says(page)).to_have_text("You are signed out. Your ink is kept.")


def test_leaving_by_choice_takes_the_ink_off_other_tabs(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    other = tab_beside(page, "/history/")
    leave(other)
    page.wait_for_url("**/accounts/login/**")


def test_two_tabs_that_began_with_the_same_ink_have_a_reading_each(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    other = tab_beside(page, "/")
    expect(text_of(other)).to_have_text("hello")
    fake.says = answer("two")
    write(other, "o")
    expect(text_of(other)).to_have_text("two")
    fake.says = answer("one")
    write(page, "i")
    expect(text_of(page)).to_have_text("one")
    assert sorted(Prediction.objects.values_list("text", flat=True)) == ["one", "two"]


def test_unread_ink_whose_place_another_tab_took_is_not_said_to_be_safe(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    fake.mood = "busy"
    write(page, "l")
    expect(says(page)).to_contain_text("busy")
    other = tab_beside(page, "/")
    other.keyboard.press("Escape")
    expect(page.locator("#remark")).to_have_text(
        "Another tab keeps its ink in this browser now. Stay here until yours is read."
    )
    fake.mood = "ready"
    expect(text_of(page)).to_have_text("hello", timeout=20_000)


def test_ink_never_goes_to_someone_else_who_signed_in(
    open_page: Open, alice: Any, bob: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    other = tab_beside(page, "/history/")
    leave(other)
    enter(other, "bob")
    write(page, "l")
    expect(says(page)).to_have_text("Someone else is signed in here now. Your ink is kept for you alone.")
    assert not Prediction.objects.exists()
    assert fake.asked == []


def test_another_user_of_the_browser_sees_nothing_of_the_first(
    open_page: Open, live_server: Any, alice: Any, bob: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    sign_in(page.context, bob, live_server.url)
    page.goto("/")
    expect(page.locator("#hint")).to_be_visible()
    expect(text_of(page)).to_be_empty()
    assert inked(page) == 0
    assert kept_ink(page) is None
    sign_in(page.context, alice, live_server.url)
    page.goto("/")
    expect(text_of(page)).to_have_text("hello")


def test_leaving_by_choice_takes_the_ink_out_of_the_browser(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    leave(page)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('pymano.ink'))") == []


def test_leaving_with_unread_ink_is_asked_about(open_page: Open, alice: Any, fake: FakeTorchServe) -> None:
    page = open_page(user=alice)
    fake.mood = "busy"
    write(page, "l")
    expect(says(page)).to_contain_text("busy")
    page.locator("[data-menu] summary").click()
    button(page, "Sign out").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stay").click()
    assert len(kept_ink(page)["strokes"]) == 1
    page.locator("[data-menu] summary").click()
    button(page, "Sign out").click()
    dialog.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('pymano.ink'))") == []


def test_a_correction_that_cannot_be_kept_is_said_to_be(
    open_page: Open, alice: Any, fake: FakeTorchServe
) -> None:
    page = open_page(user=alice)
    fake.says = answer("hello", "hallo")
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    page.context.set_offline(True)
    button(page, "hallo").click()
    expect(says(page)).to_have_text("The correction was not kept. You are offline.")
    expect(text_of(page)).to_have_text("hello")
    page.context.set_offline(False)
    button(page, "hallo").click()
    expect(text_of(page)).to_have_text("hallo")


def leave(page: Any) -> None:
    page.locator("[data-menu] summary").click()
    button(page, "Sign out").click()
    page.wait_for_url("**/accounts/login/")


def enter(page: Any, username: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
