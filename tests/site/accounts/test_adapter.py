"""E-mails: in the site's own words, and no 500 when they cannot be sent."""

from smtplib import SMTPException

import pytest
from django.core.mail.backends.locmem import EmailBackend

from pymano.accounts.models import User
from tests.site.accounts.cast import PASSWORD

NEW = {"username": "charlie", "email": "charlie@example.org", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture(params=[SMTPException("secret of the mail server"), ConnectionRefusedError(), TimeoutError()])
def mail_server_away(request, monkeypatch):
    def fail(self, messages):
        raise request.param

    monkeypatch.setattr(EmailBackend, "send_messages", fail)


@pytest.mark.usefixtures("mail_server_away")
def test_who_signs_up_is_told_that_no_e_mail_can_be_sent(client, settings, caplog):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = client.post("/accounts/signup/", NEW, follow=True)
    assert answer.status_code == 200
    assert "The e-mail could not be sent. Try again later." in answer.text
    assert "secret of the mail server" not in answer.text
    assert "could not be sent" in caplog.text


@pytest.mark.usefixtures("mail_server_away")
def test_a_program_gets_its_account_all_the_same(program, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    new = {"username": "charlie", "email": "charlie@example.org", "password": PASSWORD}
    assert program.post("/api/v1/register/", new, format="json").status_code == 201
    assert User.objects.filter(username="charlie").exists()


@pytest.mark.usefixtures("mail_server_away")
def test_who_lost_a_password_is_told_too(client, alice):
    answer = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    assert "The e-mail could not be sent." in answer.text


def test_e_mails_name_the_site_and_nothing_else(client, alice, mailoutbox):
    client.post("/accounts/password/reset/", {"email": alice.email})
    client.post("/accounts/password/reset/", {"email": "charlie@example.org"})
    for message in mailoutbox:
        assert message.subject.startswith("Pymano: ")
        assert "Pymano, at testserver" in message.body
        assert "example.com" not in message.body
        assert "&" not in message.body


def test_nobody_is_invited_to_a_closed_site(client, settings, mailoutbox):
    for settings.SIGN_UP in ("open", "closed"):
        client.post("/accounts/password/reset/", {"email": "charlie@example.org"})
    assert ["/accounts/signup/" in message.body for message in mailoutbox] == [True, False]


def test_a_link_leads_to_no_host_that_somebody_invented(client, alice, mailoutbox):
    answer = client.post(
        "/accounts/password/reset/", {"email": alice.email}, headers={"host": "evil.example"}
    )
    assert answer.status_code == 400
    assert mailoutbox == []
