"""Whoever tries too often waits: on the pages, in the admin, and for a token. Each limit has its test."""

import pytest
from django.db import connection
from django.test import Client, override_settings

from tests.site.accounts.cast import PASSWORD

TOKEN, REGISTER, SIGN_IN = "/api/v1/token/", "/api/v1/register/", "/accounts/login/"
TOO_MANY = "Too many failed attempts"


def try_token(program, name="alice", password="wrong", **headers):
    return program.post(TOKEN, {"username": name, "password": password}, format="json", **headers)


def try_page(client, name="alice", password="wrong", **headers):
    return client.post(SIGN_IN, {"login": name, "password": password}, **headers)


def assert_throttled(answer):
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert answer["Content-Type"] == "application/problem+json"
    assert int(answer["Retry-After"]) > 0


def test_a_name_gets_five_wrong_tokens_and_then_none(program, alice):
    assert [try_token(program).status_code for _ in range(5)] == [401] * 5
    assert_throttled(try_token(program, password=PASSWORD))


def test_all_processes_count_in_one_place(program, alice):
    shared = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    with override_settings(CACHES={"default": shared}):
        for _ in range(5):
            try_token(program)
        assert_throttled(try_token(program, password=PASSWORD))
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        assert cursor.fetchone()[0] > 0


def test_a_name_gets_ten_tokens_a_minute_right_ones_too(program, alice):
    assert [try_token(program, password=PASSWORD).status_code for _ in range(10)] == [200] * 10
    assert_throttled(try_token(program, password=PASSWORD))


def test_spelling_a_name_otherwise_starts_no_new_count(program, alice):
    for name in ("alice", "ALICE", " alice", "\uff21lice", "Alice "):
        assert try_token(program, name).status_code == 401
    assert_throttled(try_token(program, "aLiCe"))


def test_other_names_are_counted_apart(program, alice, bob):
    for _ in range(6):
        try_token(program)
    assert try_token(program, "bob", PASSWORD).status_code == 200


def test_an_address_gets_ten_failures_a_minute_whatever_the_name(program, alice):
    assert [try_token(program, f"name{n}").status_code for n in range(10)] == [401] * 10
    assert_throttled(try_token(program, "alice", PASSWORD))
    assert try_token(program, "alice", PASSWORD, REMOTE_ADDR="10.0.0.2").status_code == 200


def test_an_address_gets_thirty_tokens_a_minute(program, settings, alice):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "1000/m/ip"}
    assert [try_token(program, f"name{n}").status_code for n in range(30)] == [401] * 30
    assert_throttled(try_token(program, "alice", PASSWORD))


@pytest.mark.parametrize("body", [{"username": ["alice"]}, {}, [], {"username": "a\x00"}])
def test_what_is_no_name_counts_too(program, settings, body):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"token": "2/m/ip,2/m/key"}
    for _ in range(2):
        assert program.post(TOKEN, body, format="json").status_code == 400
    assert_throttled(program.post(TOKEN, body, format="json"))


def test_an_invented_address_evades_nothing_without_a_trusted_proxy(program, alice):
    for n in range(10):
        try_token(program, f"name{n}", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}")
    assert_throttled(try_token(program, "alice", PASSWORD, HTTP_X_FORWARDED_FOR="9.9.9.9"))


def test_what_stands_before_a_trusted_proxys_word_evades_nothing(program, settings, alice):
    settings.TRUSTED_PROXIES = 1
    for n in range(10):
        try_token(program, f"name{n}", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}, 5.5.5.5")
    assert_throttled(try_token(program, "alice", PASSWORD, HTTP_X_FORWARDED_FOR="9.9.9.9, 5.5.5.5"))
    assert try_token(program, "alice", PASSWORD, HTTP_X_FORWARDED_FOR="5.5.5.5, 9.9.9.9").status_code == 200


def test_an_address_makes_ten_accounts_a_minute(program):
    new = {"email": "x", "password": "x"}
    for n in range(10):
        assert program.post(REGISTER, new | {"username": f"u{n}"}, format="json").status_code == 400
    assert_throttled(program.post(REGISTER, new | {"username": "u"}, format="json"))


def test_the_sign_in_page_takes_five_wrong_passwords_for_a_name(client, alice):
    for _ in range(5):
        assert TOO_MANY not in try_page(client).text
    assert TOO_MANY in try_page(client, password=PASSWORD).text


def test_the_page_and_the_api_count_together(program, client, alice):
    for _ in range(5):
        try_page(client)
    assert_throttled(try_token(program, password=PASSWORD))


def test_the_sign_in_page_answers_429_to_an_address_that_posts_without_end(client, settings, alice):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "1000/m/ip"}
    for _ in range(30):
        assert try_page(client).status_code == 200
    answer = try_page(client, password=PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Too many tries" in answer.text
    assert try_page(Client(REMOTE_ADDR="10.0.0.2"), password=PASSWORD).status_code == 302


def test_the_sign_in_page_believes_no_invented_address(client, alice):
    for n in range(10):
        try_page(client, f"name{n}", HTTP_X_FORWARDED_FOR=f"1.2.3.{n}")
    assert TOO_MANY in try_page(client, password=PASSWORD, HTTP_X_FORWARDED_FOR="9.9.9.9").text


def test_the_admin_signs_in_on_the_same_page(client, root):
    for path in ("/admin/", "/admin/login/", "/admin/accounts/user/"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith(f"{SIGN_IN}?next=")
    posted = client.post("/admin/login/", {"username": "root", "password": PASSWORD})
    assert posted["Location"].startswith(SIGN_IN)
    assert "_auth_user_id" not in client.session


def test_the_sign_up_page_takes_ten_posts_a_minute(client):
    for _ in range(10):
        assert client.post("/accounts/signup/", {}).status_code == 200
    assert client.post("/accounts/signup/", {}).status_code == 429


def test_an_address_asks_for_ten_resets_a_minute(client):
    for n in range(10):
        assert client.post("/accounts/password/reset/", {"email": f"n{n}@example.org"}).status_code == 302
    assert client.post("/accounts/password/reset/", {"email": "n@example.org"}).status_code == 429


def test_five_resets_go_to_one_address_in_five_minutes(alice, mailoutbox):
    for n in range(6):
        client = Client(REMOTE_ADDR=f"10.0.0.{n}")
        answer = client.post(
            "/accounts/password/reset/", {"email": "ALICE@example.org" if n % 2 else alice.email}
        )
        assert answer.status_code == (302 if n < 5 else 429)
    assert len(mailoutbox) == 5


@pytest.mark.parametrize("path", ["/accounts/delete/", "/accounts/reauthenticate/"])
def test_the_password_is_not_to_be_guessed_by_who_is_signed_in(signed_in, alice, path):
    client = signed_in(alice)
    for _ in range(5):
        assert "The password is wrong." in client.post(path, {"password": "wrong"}).text
    answer = client.post(path, {"password": PASSWORD})
    assert TOO_MANY in answer.text
    alice.refresh_from_db()


def test_the_old_password_is_not_to_be_guessed_either(signed_in, alice):
    client = signed_in(alice)
    for _ in range(5):
        assert client.post("/accounts/password/change/", {"oldpassword": "wrong"}).status_code == 200
    assert client.post("/accounts/password/change/", {"oldpassword": PASSWORD}).status_code == 429


def test_addresses_are_changed_ten_times_a_minute_at_most(signed_in, alice):
    client = signed_in(alice)
    for _ in range(10):
        assert client.post("/accounts/email/", {"email": "x"}).status_code == 200
    assert client.post("/accounts/email/", {"email": "x"}).status_code == 429
