"""register/ and me/."""

import logging

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from pymano.accounts.models import User
from tests.site.accounts.cast import PASSWORD

REGISTER, ME = "/api/v1/register/", "/api/v1/me/"
NEW = {"username": "Charlie", "email": "Charlie@Example.org", "password": PASSWORD}


def register(program, **changes):
    return program.post(REGISTER, NEW | changes, format="json")


def test_it_makes_an_account_that_can_sign_in(program):
    answer = register(program)
    assert answer.status_code == 201
    assert answer.json() == {
        "username": "charlie",
        "email": "charlie@example.org",
        "email_verification": "none",
    }
    token = program.post("/api/v1/token/", {"username": "charlie", "password": PASSWORD}, format="json")
    assert token.status_code == 200


def test_it_keeps_the_address_as_the_pages_do(program):
    register(program)
    address = EmailAddress.objects.get()
    assert (address.user.username, address.primary, address.verified) == ("charlie", True, False)
    assert mail.outbox == []


def test_it_sends_a_link_where_addresses_are_verified(program, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = register(program)
    assert answer.json()["email_verification"] == "sent"
    assert [message.to for message in mail.outbox] == [["charlie@example.org"]]
    assert "/accounts/confirm-email/" in mail.outbox[0].body
    assert "Set-Cookie" not in answer


def test_it_tells_nobody_whether_an_address_is_known_where_addresses_are_verified(program, settings, alice):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known, unknown = register(program, username="eve", email=alice.email), register(program)
    assert (known.status_code, set(known.json())) == (unknown.status_code, set(unknown.json()))
    assert not User.objects.filter(username="eve").exists()
    assert [message.subject for message in mail.outbox] == [
        "Pymano: you have an account already",
        "Pymano: confirm your e-mail address",
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "alice"}, "username"),
        ({"username": "ALICE"}, "username"),
        ({"email": "ALICE@example.org"}, "email"),
        ({"username": "charlie@example.org"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "a" * 151}, "username"),
        ({"username": "\ufdfa" * 20}, "username"),
        ({"username": "a\x00"}, "username"),
        ({"username": ["a"]}, "username"),
        ({"username": None}, "username"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a" * 250 + "@example.org"}, "email"),
        ({"email": "a\x00@example.org"}, "email"),
        ({"email": {"a": 1}}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "charlie@example.org"}, "password"),
        ({"password": ""}, "password"),
        ({"password": "a" * 5000}, "password"),
        ({"password": "a\x00" * 8}, "password"),
        ({"password": 12345}, "password"),
        ({"password": 1.7976931348623157e308}, "password"),
        ({"username": 5}, "username"),
    ],
)
def test_it_refuses_and_names_the_field(program, alice, changes, field):
    answer = register(program, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert set(answer.json()["errors"]) == {field}
    assert User.objects.count() == 1


@pytest.mark.parametrize("body", [[], "x", None, 5, {}])
def test_it_refuses_what_is_no_object(program, body):
    assert program.post(REGISTER, body, format="json").status_code == 400


def test_it_refuses_when_sign_up_is_closed(program, settings):
    settings.SIGN_UP = "closed"
    answer = register(program)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert not User.objects.exists()


def test_a_name_taken_at_the_same_moment_is_an_error_of_the_client(program, monkeypatch, alice):
    from pymano.accounts.adapter import AccountAdapter

    monkeypatch.setattr(AccountAdapter, "clean_username", lambda self, name, shallow=False: "alice")
    assert register(program).json()["code"] == "invalid"


def test_it_logs_no_secret(program, caplog):
    caplog.set_level(logging.DEBUG)
    register(program)
    register(program, username="", password=PASSWORD)
    assert PASSWORD not in caplog.text


def test_who_has_a_token_sees_their_account_alone(program, alice, bob, tokens, reading):
    reading(alice), reading(alice), reading(bob)
    answer = program.get(ME, headers={"Authorization": f"Bearer {tokens(alice)['access']}"})
    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == {"username", "email", "email_verified", "date_joined", "readings", "teaches"}
    assert (said["username"], said["email"], said["readings"]) == ("alice", "alice@example.org", 2)
    assert said["teaches"] is False


def test_a_stranger_has_no_account(program):
    answer = program.get(ME)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_the_pages_session_sees_it_too(signed_in, alice):
    assert signed_in(alice).get(ME).json()["username"] == "alice"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_changed_on_the_pages_not_here(program, alice, tokens, method):
    answer = getattr(program, method)(ME, {}, headers={"Authorization": f"Bearer {tokens(alice)['access']}"})
    assert answer.status_code == 405
