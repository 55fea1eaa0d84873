"""The user. A name and an address are each one person's alone, whatever their case."""

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower


class PeopleManager(UserManager["User"]):
    """Finds users by name without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of that name: "Alice" finds alice."""
        return self.get(username=self.model.normalize_username(username or ""))


class User(AbstractUser):
    """A person with an account. Names and addresses are kept in lower case.

    Lower case is made here, in Python, because databases differ on what it is: SQLite leaves É alone.
    """

    email = models.EmailField(
        "e-mail address",
        unique=True,
        error_messages={"unique": "Another account has this e-mail address."},
    )

    objects = PeopleManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_any_case",
                violation_error_message="Another account has this e-mail address.",
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message="This name is taken.",
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
