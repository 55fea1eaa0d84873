import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from pymano.strength import require_random, require_uncommon


@pytest.mark.parametrize(
    "value",
    [secrets.token_urlsafe(50), secrets.token_hex(32), secrets.token_urlsafe(38)[:50]],
    ids=["letters", "digits", "just enough"],
)
def test_what_was_drawn_at_random_is_taken(value):
    require_random("SECRET_KEY", value, length=50)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "fewer than 50"),
        (secrets.token_hex(32)[:49], "fewer than 50"),
        ("ab" * 40, "different characters"),
        ("django-insecure-" + secrets.token_hex(32), "like an example"),
        ("ChangeMe" + secrets.token_hex(32), "like an example"),
        ("this-is-my-very-own-secret-key-for-the-site-0123456789", "like an example"),
    ],
    ids=["none", "too short", "repeated", "Django's", "a placeholder", "words"],
)
def test_what_can_be_guessed_is_not_and_is_not_shown(value, reason):
    with pytest.raises(ImproperlyConfigured, match=f"SECRET_KEY .*{reason}") as refused:
        require_random("SECRET_KEY", value, length=50)
    assert "openssl" in str(refused.value)
    assert not value or value not in str(refused.value)


@pytest.mark.parametrize("value", ["password", "PASSWORD", "secret", "changeme", "123456", "Pymano"])
def test_a_password_that_is_tried_first_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="THE_PASSWORD"):
        require_uncommon("THE_PASSWORD", value, user="pymano")


@pytest.mark.parametrize(
    "value", ["", "Tr0ub4dor-7x", secrets.token_urlsafe(8)], ids=["none", "made up", "drawn"]
)
def test_others_are_taken_and_none_where_none_is_needed(value):
    require_uncommon("THE_PASSWORD", value, user="pymano")
