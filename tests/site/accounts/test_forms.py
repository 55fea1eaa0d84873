"""Sign-up, sign-in, sign-out and lost passwords, as a person meets them on allauth's pages with our forms."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT

from pymano.accounts.adapter import AccountAdapter
from pymano.accounts.models import User
from tests.site.accounts.cast import PASSWORD, make_user

SIGN_UP, SIGN_IN, SIGN_OUT = "/accounts/signup/", "/accounts/login/", "/accounts/logout/"
RESET, CHANGE = "/accounts/password/reset/", "/accounts/password/change/"
NEW = {"username": "Charlie", "email": "Charlie@example.org", "password1": PASSWORD, "password2": PASSWORD}
OTHER = "another horse in the rain"


def is_signed_in(client):
    return "_auth_user_id" in client.session


def link_in(message):
    return re.search(r"http://testserver(\S+)", message.body)[1]


# Sign-up


def test_who_signs_up_is_signed_in_and_goes_to_the_sheet(client):
    answer = client.post(SIGN_UP, NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get()
    assert (user.username, user.email) == ("charlie", "charlie@example.org")
    assert is_signed_in(client)
    assert EmailAddress.objects.get().primary


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": "ALICE"}, "This name is taken."),
        ({"username": "a b"}, "Use letters, digits and the signs"),
        ({"username": "charlie@example.org"}, "Use letters, digits and the signs"),
        ({"username": "a" * 151}, "at most 150"),
        ({"username": "\ufdfa" * 20}, "Use 150 letters at most."),
        ({"username": ""}, "This field is required."),
        ({"username": "a\x00"}, "Null characters are not allowed."),
        ({"email": "ALICE@example.org"}, "Another account has this e-mail address."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        ({"password1": "1234567890", "password2": "1234567890"}, "This password is entirely numeric."),
        ({"password1": "charlie1", "password2": "charlie1"}, "too similar to the username"),
        ({"password2": OTHER}, "You must type the same password each time."),
    ],
)
def test_sign_up_says_beside_the_field_what_is_wrong(client, alice, changes, said):
    answer = client.post(SIGN_UP, NEW | changes)
    assert (answer.status_code, said in answer.text) == (200, True)
    assert User.objects.count() == 1


def test_a_closed_site_takes_nobody(client, settings):
    settings.SIGN_UP = "closed"
    for answer in (client.get(SIGN_UP), client.post(SIGN_UP, NEW)):
        assert "Sign-up is closed" in answer.text
    assert not User.objects.exists()
    assert SIGN_UP not in client.get(SIGN_IN).text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "fields"), [(SIGN_UP, NEW), ("/api/v1/register/", NEW | {"password": PASSWORD})]
)
def test_nobody_waits_for_a_password_to_be_hashed(client, monkeypatch, address, fields):
    hashed, encode = [], MD5PasswordHasher.encode

    def watched(self, password, salt):
        hashed.append(transaction.get_autocommit())
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", watched)
    client.post(address, fields, content_type="application/json" if "api" in address else MULTIPART_CONTENT)
    assert User.objects.filter(username="charlie").exists()
    assert hashed
    assert all(hashed)


def test_a_name_taken_at_the_same_moment_is_asked_again(client, monkeypatch, alice):
    monkeypatch.setattr(AccountAdapter, "clean_username", lambda self, name, shallow=False: "alice")
    answer = client.post(SIGN_UP, NEW, follow=True)
    assert answer.redirect_chain == [(SIGN_UP, 302)]
    assert "Somebody took this name or this address just now." in answer.text


def test_a_new_account_waits_for_its_link_where_addresses_are_verified(client, settings, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = client.post(SIGN_UP, NEW, follow=True)
    assert "Confirm your address" in answer.text
    assert not is_signed_in(client)
    link = link_in(mailoutbox[0])
    assert "Yes, confirm" in client.get(link).text
    assert not EmailAddress.objects.get().verified
    client.post(link)
    assert EmailAddress.objects.get().verified
    assert is_signed_in(client)
    assert "This link does not work" in client.get(link).text


def test_a_link_opened_elsewhere_confirms_but_signs_nobody_in(client, settings, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client.post(SIGN_UP, NEW)
    elsewhere = Client()
    assert elsewhere.post(link_in(mailoutbox[0]))["Location"] == SIGN_IN
    assert EmailAddress.objects.get().verified
    assert not is_signed_in(elsewhere)


def test_a_known_address_looks_like_a_new_one_where_addresses_are_verified(
    client, settings, alice, mailoutbox
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = client.post(SIGN_UP, NEW | {"email": alice.email})
    unknown = Client().post(SIGN_UP, NEW)
    assert known["Location"] == unknown["Location"]
    assert [message.subject for message in mailoutbox] == [
        "Pymano: you have an account already",
        "Pymano: confirm your e-mail address",
    ]


# Sign-in and sign-out


@pytest.mark.parametrize("name", ["alice", "ALICE", " alice ", "alice@example.org", "Alice@Example.org"])
def test_a_name_or_an_address_signs_in(client, alice, name):
    assert client.post(SIGN_IN, {"login": name, "password": PASSWORD})["Location"] == "/"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("name", "password"), [("alice", "wrong"), ("charlie", PASSWORD), ("c@x.org", PASSWORD)]
)
def test_a_stranger_and_a_wrong_password_are_answered_alike(client, alice, name, password):
    answer = client.post(SIGN_IN, {"login": name, "password": password})
    assert "The name or the password is wrong." in answer.text
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["alice", "alice@example.org", "charlie", "charlie@example.org"])
def test_a_refusal_takes_one_hash_whoever_is_meant(client, program, alice, monkeypatch, name):
    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(args) or real(*args))
    client.post(SIGN_IN, {"login": name, "password": "wrong"})
    assert len(hashed) == 1
    program.post("/api/v1/token/", {"username": name, "password": "wrong"}, format="json")
    assert len(hashed) == 2


@pytest.mark.parametrize("name", ["", "a\x00", "a" * 10_000, "\ufffd"])
def test_what_is_no_name_signs_nobody_in(client, alice, name):
    assert client.post(SIGN_IN, {"login": name, "password": PASSWORD}).status_code == 200
    assert not is_signed_in(client)


def test_who_is_switched_off_is_told_so(client, alice):
    alice.is_active = False
    alice.save()
    answer = client.post(SIGN_IN, {"login": "alice", "password": PASSWORD}, follow=True)
    assert "This account is switched off" in answer.text
    assert not is_signed_in(client)


def test_the_unverified_get_a_link_where_addresses_are_verified(client, settings, mailoutbox):
    make_user("alice", verified=False)
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = client.post(SIGN_IN, {"login": "alice", "password": PASSWORD}, follow=True)
    assert "Confirm your address" in answer.text
    assert not is_signed_in(client)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("target", ["/history/", "/accounts/profile/", "/history/?q=a&page=2"])
def test_signing_in_leads_to_where_one_was_going(client, alice, target):
    answer = client.post(SIGN_IN, {"login": "alice", "password": PASSWORD, "next": target})
    assert answer["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\\evil.example",
        "\x00",
    ],
)
@pytest.mark.parametrize("path", [SIGN_IN, SIGN_OUT])
def test_nothing_leads_off_the_site(client, alice, target, path):
    if path == SIGN_OUT:
        client.force_login(alice)
    answer = client.post(path, {"login": "alice", "password": PASSWORD, "next": target})
    assert answer["Location"] in ("/", SIGN_IN)


def test_a_session_ends_with_the_browser_unless_it_is_to_be_kept(client, alice):
    client.post(SIGN_IN, {"login": "alice", "password": PASSWORD})
    assert client.session.get_expire_at_browser_close()
    client.post(SIGN_OUT)
    client.post(SIGN_IN, {"login": "alice", "password": PASSWORD, "remember": "on"})
    assert not client.session.get_expire_at_browser_close()


def test_signing_out_asks_when_it_is_only_a_link(signed_in, alice):
    client = signed_in(alice)
    assert "Sign out?" in client.get(SIGN_OUT).text
    assert is_signed_in(client)
    assert client.post(SIGN_OUT)["Location"] == SIGN_IN
    assert not is_signed_in(client)


# Passwords


def test_a_changed_password_keeps_this_browser_and_ends_the_others(signed_in, alice, mailoutbox):
    here, there = signed_in(alice), signed_in(alice)
    answer = here.post(CHANGE, {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})
    assert answer["Location"] == "/accounts/profile/"
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
    assert mailoutbox[0].subject == "Pymano: your password was changed"
    alice.refresh_from_db()
    assert alice.check_password(OTHER)


@pytest.mark.parametrize(
    "changes", [{"oldpassword": "wrong"}, {"password1": "123", "password2": "123"}, {"password2": "else"}]
)
def test_a_password_is_not_changed_carelessly(signed_in, alice, changes):
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER} | changes
    assert 'class="errors"' in signed_in(alice).post(CHANGE, form).text
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_lost_password_is_replaced_by_e_mail_once(client, alice, mailoutbox):
    answer = client.post(RESET, {"email": "ALICE@example.org"}, follow=True)
    assert "Look at your mail" in answer.text
    assert mailoutbox[0].to == ["alice@example.org"]
    link = link_in(mailoutbox[0])
    form = client.get(link, follow=True)
    assert "Choose a new password" in form.text
    done = client.post(form.redirect_chain[-1][0], {"password1": OTHER, "password2": OTHER}, follow=True)
    assert "Your password is changed" in done.text
    alice.refresh_from_db()
    assert alice.check_password(OTHER)
    assert "This link does not work" in Client().get(link, follow=True).text


def test_an_unknown_address_is_answered_like_a_known_one(client, alice, mailoutbox):
    known, unknown = (client.post(RESET, {"email": email}) for email in (alice.email, "c@example.org"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.subject for message in mailoutbox] == [
        "Pymano: choose a new password",
        "Pymano: no account with this address",
    ]


def test_an_address_that_is_only_proposed_opens_nobody_s_account(client, alice, mailoutbox):
    alice.propose_address("mistyped@example.org")
    client.post(RESET, {"email": "mistyped@example.org"})
    assert [message.subject for message in mailoutbox] == ["Pymano: no account with this address"]


@pytest.mark.parametrize("key", ["1-x", "zzzzzzzzzzzzz-x", "1-" + "a" * 500, "1-set-password"])
def test_a_link_that_was_not_sent_does_not_work(client, alice, key):
    answer = client.get(f"/accounts/password/reset/key/{key}/")
    assert (answer.status_code, "This link does not work" in answer.text) == (200, True)


@pytest.mark.parametrize("key", ["x", "MQ:x:y", "a" * 500])
def test_an_address_is_confirmed_by_no_link_but_the_sent_one(client, alice, key):
    path = f"/accounts/confirm-email/{key}/"
    assert "This link does not work" in client.get(path).text
    assert client.post(path).status_code == 404


# Every page


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP, RESET, SIGN_OUT])
def test_a_form_of_another_site_is_refused(path, alice):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, NEW | {"login": "alice", "password": PASSWORD}).status_code == 403
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "path",
    [
        SIGN_IN,
        SIGN_UP,
        RESET,
        f"{RESET}done/",
        f"{RESET}key/done/",
        f"{RESET}key/1-x/",
        "/accounts/inactive/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/x/",
    ],
)
def test_every_page_for_strangers_is_one_of_the_site(client, path):
    assert_is_ours(client.get(path))


@pytest.mark.parametrize("path", [SIGN_OUT, CHANGE, "/accounts/reauthenticate/"])
def test_every_page_for_users_is_one_of_the_site(signed_in, alice, path):
    assert_is_ours(signed_in(alice).get(path))


def test_who_has_no_password_can_set_one(signed_in, alice):
    alice.set_unusable_password()
    alice.save()
    client = signed_in(alice)
    page = client.get(CHANGE, follow=True)
    assert_is_ours(page)
    assert page.redirect_chain[-1][0] == "/accounts/password/set/"
    client.post("/accounts/password/set/", {"password1": OTHER, "password2": OTHER})
    alice.refresh_from_db()
    assert alice.check_password(OTHER)


def assert_is_ours(answer):
    assert answer.status_code == 200
    assert "pymano/pymano.css" in answer.text
    assert '<section class="card">' in answer.text
    assert "style=" not in answer.text
    assert "example.com" not in answer.text


def test_all_forms_of_allauth_that_are_used_are_ours():
    assert all(path.startswith("pymano.") for path in django_settings.ACCOUNT_FORMS.values())
