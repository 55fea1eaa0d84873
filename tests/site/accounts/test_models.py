"""Names and addresses are one person's alone, whatever their case."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from pymano.accounts.models import User
from pymano.recognition import models
from pymano.recognition.models import Prediction
from tests.site.accounts.cast import make_user


def test_it_keeps_names_and_addresses_in_lower_case():
    user = User.objects.create_user("Élodie", "Elodie@Example.ORG", "x")
    assert (user.username, user.email) == ("élodie", "elodie@example.org")


def test_it_finds_a_name_in_any_case_and_width(alice):
    assert User.objects.get_by_natural_key("ALICE") == alice
    assert User.objects.get_by_natural_key("\uff21lice") == alice


@pytest.mark.parametrize("name", ["Alice", "aLICE", "\uff21lice"])
def test_it_refuses_a_name_that_differs_by_case_alone(alice, name):
    with pytest.raises(IntegrityError):
        User.objects.create_user(name, "other@example.org")


@pytest.mark.parametrize(("field", "value"), [("username", "ALICE"), ("email", "ALICE@example.org")])
def test_the_database_refuses_what_differs_by_case_alone(alice, field, value):
    other = make_user("other")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(**{field: value})
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=other.pk).update(**{field: value.lower()})


def test_an_accent_makes_another_name_and_another_address():
    with_one, without = make_user("Émile"), make_user("emile")
    assert User.objects.get_by_natural_key("ÉMILE") == with_one
    assert User.objects.get_by_natural_key("EMILE") == without
    with pytest.raises(IntegrityError):
        make_user("E\u0301MILE")


def test_letters_of_four_bytes_may_be_in_a_name():
    name = "\U00010428.\U0001d538"  # a Deseret letter, and an A of mathematics, which is an a
    assert User.objects.get_by_natural_key(make_user(name).username).username == "\U00010428.a"


@pytest.mark.parametrize("name", ["a@b", "a b", "a/b", "a\x00b", "<b>", ""])
def test_a_name_has_letters_digits_and_four_signs_only(name):
    with pytest.raises(ValidationError) as refused:
        User(username=name, email="x@example.org", password="x").full_clean()
    assert set(refused.value.message_dict) == {"username"}


def test_it_says_of_a_taken_name_that_it_is_taken(alice):
    with pytest.raises(ValidationError) as refused:
        User(username="ALICE", email="x@example.org", password="x").full_clean()
    assert refused.value.message_dict == {"username": ["This name is taken."]}


def test_a_superuser_made_on_the_server_can_sign_in_at_once():
    root = User.objects.create_superuser("Root", "Root@example.org", "x")
    assert (root.is_superuser, root.email_verified) == (True, True)


def test_a_new_address_takes_the_place_of_the_old(alice):
    alice.use_address("New@example.org", verified=False)
    addresses = EmailAddress.objects.filter(user=alice).values_list("email", "primary", "verified")
    assert list(addresses) == [("new@example.org", True, False)]
    assert alice.email == "new@example.org"
    assert not alice.email_verified


def test_a_proposed_address_changes_nothing_yet(alice):
    alice.propose_address("one@example.org")
    alice.propose_address("Two@example.org")
    assert alice.email == "alice@example.org"
    assert alice.email_verified
    assert alice.pending_address.email == "two@example.org"
    assert EmailAddress.objects.filter(user=alice).count() == 2


def test_sessions_go_with_their_user(alice, bob, signed_in):
    signed_in(alice), signed_in(alice), signed_in(bob)
    alice.delete()
    assert [one.get_decoded()["_auth_user_id"] for one in Session.objects.all()] == [str(bob.pk)]


def test_readings_go_first_and_all_of_them(alice, bob, reading, monkeypatch):
    monkeypatch.setattr(models, "BATCH", 2)
    for _ in range(5):
        reading(alice), reading(bob)
    some = reading(make_user("eve"))
    User.objects.filter(predictions__text="hello", username__in=["alice", "bob"]).distinct().delete()
    assert [user.username for user in User.objects.all()] == ["eve"]
    assert list(Prediction.objects.all()) == [some]


def test_tokens_go_with_their_user(alice, bob, tokens):
    from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

    tokens(alice), tokens(bob)
    User.objects.filter(pk=alice.pk).delete()
    assert [token.user for token in OutstandingToken.objects.all()] == [bob]
