"""The user. A name and an address are each one person's alone, whatever their case."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

NAME_TAKEN = "This name is taken."
ADDRESS_TAKEN = "Another account has this e-mail address."

validate_username = RegexValidator(
    r"^[\w.+-]+\Z", "Use letters, digits and the signs . + - _ only.", code="invalid_username"
)


class PeopleManager(UserManager["User"]):
    """Finds users by name without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of that name: "Alice" finds alice."""
        return self.get(username=self.model.normalize_username(username or ""))


class User(AbstractUser):
    """A person with an account. Names and addresses are kept in lower case.

    Lower case is made here, in Python, because databases differ on what it is: SQLite leaves É alone.
    A name holds no @, so that it can never be taken for somebody's address.
    """

    username = models.CharField(
        "username",
        max_length=150,
        unique=True,
        validators=[validate_username],
        help_text="Letters, digits and the signs . + - _ only.",
        error_messages={"unique": NAME_TAKEN},
    )
    email = models.EmailField("e-mail address", unique=True, error_messages={"unique": ADDRESS_TAKEN})

    objects = PeopleManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message=NAME_TAKEN,
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_any_case",
                violation_error_message=ADDRESS_TAKEN,
            ),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Fold a name to the form that is stored: "Ａlice" -> "alice"."""
        return super().normalize_username(super().normalize_username(username).lower())

    def clean(self) -> None:
        """Fold name and address before they are compared with others'."""
        super().clean()
        self._fold()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with name and address folded, whoever wrote them."""
        self._fold()
        super().save(*args, **kwargs)

    def _fold(self) -> None:
        self.username = self.normalize_username(self.username)
        self.email = self.email.lower()
