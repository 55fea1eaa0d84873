"""Tokens: got with a password, of use for a while, dead when they should be."""

from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from tests.site.accounts.cast import PASSWORD, make_user

TOKEN, REFRESH, BLACKLIST, ME = (
    f"/api/v1/{path}/" for path in ("token", "token/refresh", "token/blacklist", "me")
)


def me(program, access):
    return program.get(ME, headers={"Authorization": f"Bearer {access}"})


@pytest.mark.parametrize("name", ["alice", "Alice", " alice ", "alice@example.org", "ALICE@example.org"])
def test_it_takes_a_name_or_an_address_in_any_case(program, alice, name):
    answer = program.post(TOKEN, {"username": name, "password": PASSWORD}, format="json")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert me(program, answer.json()["access"]).json()["username"] == "alice"


def test_it_keeps_the_spaces_of_a_password(program, alice):
    alice.set_password(" with spaces ")
    alice.save()
    assert (
        program.post(TOKEN, {"username": "alice", "password": " with spaces "}, format="json").status_code
        == 200
    )


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("charlie", PASSWORD)])
def test_it_refuses_a_stranger_and_a_wrong_password_alike(program, alice, name, password):
    answer = program.post(TOKEN, {"username": name, "password": password}, format="json")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"
    assert answer.json()["detail"] == "The name or the password is wrong."


def test_it_refuses_who_is_switched_off_like_a_stranger(program, alice):
    alice.is_active = False
    alice.save()
    answer = program.post(TOKEN, {"username": "alice", "password": PASSWORD}, format="json")
    assert (answer.status_code, answer.json()["detail"]) == (401, "The name or the password is wrong.")


def test_it_refuses_the_unverified_where_addresses_are_verified(program, settings):
    make_user("alice", verified=False)
    credentials = {"username": "alice", "password": PASSWORD}
    assert program.post(TOKEN, credentials, format="json").status_code == 200
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = program.post(TOKEN, credentials, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert "Confirm your e-mail address" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "alice",
        None,
        {"username": "alice"},
        {"username": ["alice"], "password": PASSWORD},
        {"username": {"a": 1}, "password": PASSWORD},
        {"username": "alice", "password": {"a": 1}},
        {"username": "alice", "password": 5},
        {"username": 5, "password": PASSWORD},
        {"username": None, "password": None},
        {"username": "", "password": ""},
        {"username": "ali\x00ce", "password": PASSWORD},
        {"username": "alice", "password": "a\x00b"},
        {"username": "a" * 255, "password": PASSWORD},
        {"username": "alice", "password": "a" * 5000},
    ],
)
def test_it_refuses_what_is_no_name_and_password(program, alice, body):
    answer = program.post(TOKEN, body, format="json")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", [TOKEN, REFRESH, BLACKLIST, "/api/v1/register/"])
@pytest.mark.parametrize(
    "body", [b'{"username": "\\ud800"}', b"\xff", b"[" * 20_000, b"{", b'{"refresh": NaN}']
)
def test_it_refuses_what_is_no_json(program, path, body):
    answer = program.post(path, body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("path", [TOKEN, REFRESH, BLACKLIST, "/api/v1/register/"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_it_takes_posts_alone(program, path, method):
    answer = getattr(program, method)(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("path", [REFRESH, BLACKLIST])
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 10_000, None, [], {}, 5])
def test_it_refuses_what_is_no_token(program, path, token):
    answer = program.post(path, {"refresh": token}, format="json")
    assert answer.status_code in (400, 401), answer.content


def test_a_refresh_token_gives_the_next_pair_once(program, alice, tokens):
    first = tokens(alice)
    answer = program.post(REFRESH, {"refresh": first["refresh"]}, format="json")
    assert answer.status_code == 200
    assert me(program, answer.json()["access"]).status_code == 200
    assert answer.json()["refresh"] != first["refresh"]
    again = program.post(REFRESH, {"refresh": first["refresh"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (401, "token_not_valid")


def test_an_access_token_is_no_refresh_token(program, alice, tokens):
    assert program.post(REFRESH, {"refresh": tokens(alice)["access"]}, format="json").status_code == 401


def test_a_refresh_token_is_no_access_token(program, alice, tokens):
    assert me(program, tokens(alice)["refresh"]).status_code == 401


def test_a_blacklisted_token_is_of_no_use(program, alice, tokens):
    refresh = tokens(alice)["refresh"]
    assert program.post(BLACKLIST, {"refresh": refresh}, format="json").status_code == 200
    assert program.post(REFRESH, {"refresh": refresh}, format="json").json()["code"] == "token_not_valid"
    assert program.post(BLACKLIST, {"refresh": refresh}, format="json").status_code == 401


def change_password(user):
    user.set_password("another horse")
    user.save()


def switch_off(user):
    user.is_active = False
    user.save()


def delete(user):
    user.delete()


@pytest.mark.parametrize("event", [change_password, switch_off, delete])
def test_tokens_die_with_the_password_and_with_the_account(program, alice, tokens, event):
    pair = tokens(alice)
    event(alice)
    for answer in (
        me(program, pair["access"]),
        program.post(REFRESH, {"refresh": pair["refresh"]}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")


def test_a_refresh_token_is_refused_once_verification_is_asked(program, settings, tokens):
    pair = tokens(make_user("alice", verified=False))
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert program.post(REFRESH, {"refresh": pair["refresh"]}, format="json").status_code == 401


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_tokens_die_of_age(program, alice, kind):
    token = kind.for_user(alice)
    token.set_exp(lifetime=-timedelta(seconds=1))
    answer = (
        me(program, token)
        if kind is AccessToken
        else program.post(REFRESH, {"refresh": str(token)}, format="json")
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
