"""Profile, address, export and leaving: one's own, with one's own password."""

import io
import json
import zipfile

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.test import Client
from django.urls import reverse
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from pymano.accounts.models import User
from pymano.recognition import models
from pymano.recognition.models import Prediction
from pymano.teaching import export
from tests.site.accounts.cast import INK, PASSWORD, make_user

PROFILE, EXPORT, DELETE, EMAIL, FORGET, CONSENT = (
    f"/accounts/{path}/" for path in ("profile", "export", "delete", "email", "email/forget", "consent")
)


@pytest.mark.parametrize("path", [PROFILE, EXPORT, DELETE, EMAIL, FORGET, CONSENT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_asked_to_sign_in(client, path, method):
    answer = getattr(client, method)(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (PROFILE, {"post", "put", "delete"}),
        (EXPORT, {"post", "put", "delete"}),
        (DELETE, {"put", "delete", "patch"}),
        (EMAIL, {"put", "delete", "patch"}),
        (FORGET, {"get", "put", "delete"}),
        (CONSENT, {"get", "put", "delete"}),
    ],
)
def test_other_methods_are_refused(signed_in, alice, path, methods):
    for method in methods:
        assert getattr(signed_in(alice), method)(path).status_code == 405


@pytest.mark.parametrize("path", [DELETE, EMAIL, FORGET, CONSENT])
def test_a_form_of_another_site_is_refused(alice, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(path, {"password": PASSWORD}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.parametrize("path", [PROFILE, EXPORT, DELETE, EMAIL])
def test_nothing_of_it_is_kept_by_caches(signed_in, alice, path):
    assert "no-store" in signed_in(alice).get(path)["Cache-Control"]


def test_the_profile_shows_one_s_own_account(signed_in, alice, bob, reading):
    reading(alice), reading(alice), reading(bob)
    page = signed_in(alice).get(PROFILE).text
    assert "alice@example.org" in page
    assert ">2</a>" in page
    assert "bob@" not in page


def test_a_name_is_text_wherever_it_stands(signed_in, alice):
    User.objects.filter(pk=alice.pk).update(username="<b>x")
    assert "<b>x" not in signed_in(alice).get(PROFILE).text


# Consent


def test_nobody_has_agreed_at_first(signed_in, alice):
    assert not alice.teaches
    assert "Nothing of yours trains the reader" in signed_in(alice).get(PROFILE).text


def test_one_agrees_and_stops(signed_in, alice):
    client = signed_in(alice)
    page = client.post(CONSENT, {"agree": "yes"}, follow=True).text
    assert "Your corrections may train the reader now." in page
    assert "may train the reader, with their ink or picture" in page
    alice.refresh_from_db()
    since = alice.teaches_since
    assert since
    client.post(CONSENT, {"agree": "yes"})
    alice.refresh_from_db()
    assert alice.teaches_since == since
    assert (
        "Your readings train nothing from now on." in client.post(CONSENT, {"agree": "no"}, follow=True).text
    )
    alice.refresh_from_db()
    assert not alice.teaches


@pytest.mark.parametrize("body", [{}, {"agree": "on"}, {"agree": ""}])
def test_nothing_but_a_yes_is_an_agreement(signed_in, alice, body):
    signed_in(alice).post(CONSENT, body)
    alice.refresh_from_db()
    assert not alice.teaches


def test_one_agrees_for_oneself_alone(signed_in, alice, bob):
    signed_in(bob).post(CONSENT, {"agree": "yes", "user": alice.pk, "username": "alice"})
    alice.refresh_from_db()
    assert not alice.teaches


def test_the_export_says_what_of_it_trained(signed_in, alice, reading, tmp_path):
    alice.agree_to_teach(True)
    made = reading(alice, correction="Hallo")
    written = export.write(tmp_path / "export").export
    _, archive = exported(signed_in(alice))
    (row,) = json.loads(archive.read("training.json"))
    assert (row["reading"], row["export"], row["used_to"]) == (str(made.pk), str(written.pk), "train")


def test_the_export_says_since_when_one_agrees(signed_in, alice):
    alice.agree_to_teach(True)
    _, archive = exported(signed_in(alice))
    account = json.loads(archive.read("account.json"))
    assert account["readings_may_train_since"] == alice.teaches_since.isoformat()


# Export


def exported(client):
    answer = client.get(EXPORT)
    assert answer.status_code == 200
    return answer, zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_export_holds_everything_and_is_sent_in_pieces(signed_in, alice, bob, reading):
    ink = reading(alice, correction="Hallo")
    picture = reading(alice, picture=b"bytes of a picture")
    reading(bob)
    answer, archive = exported(signed_in(alice))
    assert answer.streaming
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="pymano-alice.zip"' in answer["Content-Disposition"]
    assert archive.testzip() is None
    account = json.loads(archive.read("account.json"))
    assert (account["username"], account["email"]) == ("alice", "alice@example.org")
    assert json.loads(archive.read(f"strokes/{ink.pk}.json")) == {"strokes": INK}
    assert archive.read(f"pictures/{picture.pk}.png") == b"bytes of a picture"
    listed = {one["id"]: one for one in json.loads(archive.read("readings.json"))}
    assert set(listed) == {str(ink.pk), str(picture.pk)}
    assert listed[str(ink.pk)]["correction"] == "Hallo"
    assert listed[str(ink.pk)]["withdrawn_from_training"] is False


def test_an_account_without_readings_is_exported_too(signed_in, alice):
    _, archive = exported(signed_in(alice))
    assert json.loads(archive.read("readings.json")) == []


def test_no_hash_of_the_password_leaves(signed_in, alice):
    _, archive = exported(signed_in(alice))
    assert alice.password not in archive.read("account.json").decode()


def test_a_name_with_accents_names_the_file(signed_in):
    answer, _ = exported(signed_in(make_user("élodie")))
    assert "filename*=utf-8''pymano-%C3%A9lodie.zip" in answer["Content-Disposition"]


def test_a_picture_that_is_lost_does_not_stop_the_export(signed_in, alice, reading):
    lost = reading(alice, picture=b"x")
    lost.picture.storage.delete(lost.picture.name)
    _, archive = exported(signed_in(alice))
    assert [one["files"] for one in json.loads(archive.read("readings.json"))] == [[]]


# Leaving


@pytest.fixture
def _committing(transactional_db):
    """Let files be deleted: that waits for the end of the transaction."""


@pytest.mark.usefixtures("_committing")
def test_leaving_deletes_everything_and_signs_out(signed_in, alice, bob, tokens, reading):
    ink, picture, bobs = reading(alice), reading(alice, picture=b"x"), reading(bob, picture=b"y")
    tokens(alice), tokens(bob)
    client, elsewhere = signed_in(alice), signed_in(alice)
    answer = client.post(DELETE, {"password": PASSWORD})
    assert "Your account is deleted" in answer.text
    assert "Sign in" in answer.text
    assert list(User.objects.all()) == [bob]
    assert list(Prediction.objects.all()) == [bobs]
    assert not picture.picture.storage.exists(picture.picture.name)
    assert bobs.picture.storage.exists(bobs.picture.name)
    assert [token.user for token in OutstandingToken.objects.all()] == [bob]
    assert [address.user for address in EmailAddress.objects.all()] == [bob]
    for left in (client, elsewhere):
        assert left.get(PROFILE).status_code == 302
    assert ink.pk


@pytest.mark.usefixtures("_committing")
def test_leaving_that_was_broken_off_can_be_repeated(signed_in, alice, bob, reading, monkeypatch):
    monkeypatch.setattr(models, "BATCH", 2)
    pictures = [reading(alice, picture=b"x").picture for _ in range(5)]
    bobs = reading(bob)
    with monkeypatch.context() as broken:
        gone = iter(["one", "two"])
        broken.setattr(models, "forget_file", lambda _: next(gone))
        with pytest.raises(StopIteration):
            signed_in(alice).post(DELETE, {"password": PASSWORD})
    assert Prediction.objects.of(alice).count() == 3
    signed_in(alice).post(DELETE, {"password": PASSWORD})
    assert list(User.objects.all()) == [bob]
    assert list(Prediction.objects.all()) == [bobs]
    assert sum(picture.storage.exists(picture.name) for picture in pictures) == 2


def test_leaving_loads_no_ink(signed_in, alice, reading, without_ink):
    reading(alice), reading(alice)
    with without_ink():
        signed_in(alice).post(DELETE, {"password": PASSWORD})
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), "a\x00b"])
def test_leaving_needs_the_password(signed_in, alice, reading, password):
    reading(alice)
    answer = signed_in(alice).post(DELETE, {"password": password})
    assert answer.status_code == 200
    assert 'class="errors"' in answer.text
    assert Prediction.objects.of(alice).exists()


def test_an_empty_form_deletes_nobody(signed_in, alice):
    assert "This field is required." in signed_in(alice).post(DELETE).text
    assert User.objects.filter(pk=alice.pk).exists()


def test_asking_does_not_delete(signed_in, alice):
    assert "cannot be undone" in signed_in(alice).get(DELETE).text
    assert User.objects.filter(pk=alice.pk).exists()


def test_somebody_else_s_password_deletes_nobody(signed_in, alice, bob):
    bob.set_password("bob's own")
    bob.save()
    signed_in(alice).post(DELETE, {"password": "bob's own"})
    assert User.objects.count() == 2


# The e-mail address


def test_a_new_address_is_used_at_once_where_none_is_verified(signed_in, alice, mailoutbox):
    answer = signed_in(alice).post(EMAIL, {"email": "New@example.org", "password": PASSWORD}, follow=True)
    assert "Your address is new@example.org now." in answer.text
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified) == ("new@example.org", False)
    assert [(message.to, message.subject) for message in mailoutbox] == [
        (["alice@example.org"], "Pymano: your e-mail address was changed")
    ]


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("alice@example.org", "This is your address already."),
        ("BOB@example.org", "Another account has this e-mail address."),
        ("nobody", "Enter a valid email address."),
        ("", "This field is required."),
        ("a" * 250 + "@example.org", "at most 254"),
        ("a\x00@example.org", "Null characters are not allowed."),
    ],
)
def test_an_address_that_cannot_be_is_refused(signed_in, alice, bob, email, said):
    answer = signed_in(alice).post(EMAIL, {"email": email, "password": PASSWORD})
    assert (answer.status_code, said in answer.text) == (200, True)
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_a_new_address_needs_the_password(signed_in, alice):
    assert (
        "The password is wrong." in signed_in(alice).post(EMAIL, {"email": "n@x.org", "password": "no"}).text
    )
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def link_in(message):
    return next(word for word in message.body.split() if "://" in word).partition("testserver")[2]


def confirmation_of(address):
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])


def test_a_new_address_waits_for_its_link_where_addresses_are_verified(
    settings, signed_in, alice, mailoutbox
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = signed_in(alice)
    client.post(EMAIL, {"email": "new@example.org", "password": PASSWORD})
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert "new@example.org" in client.get(EMAIL).text
    assert mailoutbox[0].to == ["new@example.org"]
    client.post(link_in(mailoutbox[0]))
    alice.refresh_from_db()
    assert (alice.email, alice.email_verified, alice.pending_address) == ("new@example.org", True, None)
    assert mailoutbox[1].to == ["alice@example.org"]


def test_the_old_address_can_be_kept(settings, signed_in, alice, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = signed_in(alice)
    client.post(EMAIL, {"email": "new@example.org", "password": PASSWORD})
    client.post(FORGET)
    assert alice.pending_address is None
    client.post(link_in(mailoutbox[0]))
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_a_taken_address_looks_like_any_other_where_addresses_are_verified(
    settings, signed_in, alice, bob, mailoutbox
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = signed_in(alice)
    page = client.post(EMAIL, {"email": bob.email, "password": PASSWORD}, follow=True).text
    assert f"A link is on its way to {bob.email}." in page
    assert [message.subject for message in mailoutbox] == ["Pymano: you have an account already"]


def test_an_address_that_was_taken_meanwhile_is_not_confirmed(settings, signed_in, alice, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = signed_in(alice)
    client.post(EMAIL, {"email": "new@example.org", "password": PASSWORD})
    User.objects.create_user("eve", "new@example.org", PASSWORD)
    answer = client.post(link_in(mailoutbox[0]), follow=True)
    assert "could not be confirmed" in answer.text
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


PROPOSED = "dora@example.org"


def signs_up(client, way):
    """Send what makes Dora's account, by the page or by the API; say whether it was there before."""
    fields = {"username": "dora", "email": PROPOSED}
    if way == "page":
        client.post("/accounts/signup/", fields | {"password1": PASSWORD, "password2": PASSWORD})
    else:
        client.post("/api/v1/register/", fields | {"password": PASSWORD}, content_type="application/json")


@pytest.mark.parametrize("way", ["page", "API"])
def test_an_address_that_somebody_proposed_can_still_sign_up(settings, client, alice, mailoutbox, way):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    stale = confirmation_of(alice.propose_address(PROPOSED))
    signs_up(client, way)
    dora = User.objects.get(username="dora")
    assert [(message.to, message.subject) for message in mailoutbox] == [
        ([PROPOSED], "Pymano: confirm your e-mail address")
    ]
    client.post(stale)
    assert not EmailAddress.objects.filter(email=PROPOSED, verified=True).exists()
    client.post(link_in(mailoutbox[0]))
    client.post(stale)
    assert dora.email_verified
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_link_of_who_proposed_it_takes_no_address_away(settings, client, alice, confirmed):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    dora = make_user("dora", verified=confirmed)
    client.post(confirmation_of(alice.propose_address(dora.email)))
    alice.refresh_from_db(), dora.refresh_from_db()
    assert (alice.email, dora.email) == ("alice@example.org", PROPOSED)


def test_an_address_that_another_proposed_can_be_changed_to(settings, signed_in, alice, bob, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    stale = confirmation_of(bob.propose_address("new@example.org"))
    client = signed_in(alice)
    client.post(EMAIL, {"email": "new@example.org", "password": PASSWORD})
    client.post(link_in(mailoutbox[0]))
    client.post(stale)
    alice.refresh_from_db(), bob.refresh_from_db()
    assert (alice.email, bob.email) == ("new@example.org", "bob@example.org")


def test_one_address_gets_one_link_in_three_minutes(settings, signed_in, alice, bob, mailoutbox):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    for person in (alice, bob):
        asked = {"email": "new@example.org", "password": PASSWORD}
        answer = signed_in(person).post(EMAIL, asked, follow=True)
    assert "Wait three minutes." in answer.text
    assert len(mailoutbox) == 1
