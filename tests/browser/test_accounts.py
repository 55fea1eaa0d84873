"""A new user's way in, and a person's way out, in a browser."""

from typing import Any

from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Open
from tests.browser.hands import write
from tests.browser.parts import button, text_of
from tests.fake_torchserve import FakeTorchServe


def test_a_new_user_signs_up_and_writes(
    open_page: Open, transactional_db: None, fake: FakeTorchServe
) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Sign up").click()
    page.locator("[name=username]").fill("sophie")
    page.locator("[name=email]").fill("sophie@example.org")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign up").click()
    expect(page.locator("#sheet")).to_be_visible()
    write(page, "l")
    expect(text_of(page)).to_have_text("hello")
    assert get_user_model().objects.get(username="sophie").predictions.count() == 1


def test_a_wrong_password_is_said_beside_the_form(open_page: Open, alice: Any) -> None:
    page = open_page("/accounts/login/")
    page.locator("[name=login]").fill("alice")
    page.locator("[name=password]").fill("not this one")
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=login]")).to_have_value("alice")


def test_a_stranger_is_sent_to_sign_in_and_back(open_page: Open, alice: Any) -> None:
    page = open_page("/history/?q=word")
    page.locator("[name=login]").fill("alice")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()


def test_nothing_is_seen_by_going_back_after_signing_out(open_page: Open, alice: Any) -> None:
    page = open_page("/history/", user=alice)
    page.locator("[data-menu] summary").click()
    button(page, "Sign out").click()
    page.wait_for_url("**/accounts/login/")
    page.go_back()
    expect(page.locator("[name=login]")).to_be_visible()


def test_a_menu_closes_with_escape(open_page: Open, alice: Any) -> None:
    page = open_page("/", user=alice)
    page.locator("[data-menu] summary").click()
    expect(button(page, "Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(button(page, "Sign out")).to_be_hidden()
