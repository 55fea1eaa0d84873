"""Whether secrets are fit to be used. With one that can be guessed the site starts for debugging alone."""

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ImproperlyConfigured, ValidationError

# What stands where a secret is to be put in. By chance none of these words is drawn in millions of years.
PLACEHOLDERS = ("changeme", "change-me", "change_me", "example", "insecure", "password", "secret-key")
DIFFERENT = 10
DRAW = "Draw one at random: openssl rand -base64 48"


def require_random(name: str, value: str, *, length: int) -> None:
    """Refuse to start, unless the value looks drawn at random and is long enough."""
    if len(value) < length:
        raise ImproperlyConfigured(f"{name} has fewer than {length} characters. {DRAW}")
    if len(set(value)) < DIFFERENT:
        raise ImproperlyConfigured(f"{name} has fewer than {DIFFERENT} different characters. {DRAW}")
    if any(word in value.lower() for word in PLACEHOLDERS):
        raise ImproperlyConfigured(f"{name} looks like an example. {DRAW}")


def require_uncommon(name: str, value: str, *, user: str) -> None:
    """Refuse to start with a password that others try first: a common one, or the user's own name."""
    try:
        CommonPasswordValidator().validate(value)
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name} is one of the first that are tried. {DRAW}") from error
    if value and value.lower() == user.lower():
        raise ImproperlyConfigured(f"{name} is the user's name. {DRAW}")
