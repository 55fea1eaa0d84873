"""The user. A name and an address are each one person's alone, whatever their case."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.models import Session
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from pymano import adminlog
from pymano.recognition.models import Prediction

NAME_TAKEN = "This name is taken."
ADDRESS_TAKEN = "Another account has this e-mail address."

# Addresses that somebody wants to change to, and has not confirmed.
PROPOSED = Q(primary=False, verified=False)

validate_username = RegexValidator(
    r"^[\w.+-]+\Z", "Use letters, digits and the signs . + - _ only.", code="invalid_username"
)


class PeopleQuerySet(models.QuerySet["User"]):
    """Many users."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the accounts, their readings first: all at once these would have to fit into memory."""
        keys = list(self.values_list("pk", flat=True))
        Prediction.objects.filter(owner__in=keys).delete_in_batches()
        return models.QuerySet(self.model, using=self.db).filter(pk__in=keys).delete()


class PeopleManager(UserManager["User"]):
    """Finds users by name without regard to case."""

    def get_queryset(self) -> PeopleQuerySet:
        """Return all, to be deleted with their readings first."""
        return PeopleQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user of that name: "Alice" finds alice."""
        return self.get(username=self.model.normalize_username(username or ""))

    def create_superuser(self, *args: Any, **kwargs: Any) -> "User":
        """Make a superuser; who can do this on the server need not prove that they read their mail."""
        user = super().create_superuser(*args, **kwargs)
        user.use_address(user.email, verified=True)
        return user


class User(AbstractUser):
    """A person with an account. Names and addresses are kept in lower case.

    Lower case is made here, in Python, because databases differ on what it is: SQLite leaves É alone. They
    refuse capitals, so that what is unique is so in any case. Accents count: émile is not emile.
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
    teaches_since = models.DateTimeField("readings may train since", null=True, blank=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")), name="accounts_user_lower_username"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_lower_email"),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Fold a name to the form that is stored: "Alice" -> "alice". A form that refused a name has None."""
        return super().normalize_username(super().normalize_username(username or "").lower())

    def clean(self) -> None:
        """Fold name and address before they are compared with others'."""
        super().clean()
        self._fold()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with name and address folded, whoever wrote them."""
        self._fold()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the account, its readings first; broken off between the two, it can be deleted again."""
        Prediction.objects.of(self).delete_in_batches()
        return super().delete(*args, **kwargs)

    @property
    def teaches(self) -> bool:
        """Whether the person agrees that readings which they corrected or confirmed may train models."""
        return self.teaches_since is not None

    def agree_to_teach(self, agreed: bool) -> None:
        """Keep the person's word, and since when it holds; each reading can still be withdrawn."""
        self.teaches_since = (self.teaches_since or timezone.now()) if agreed else None
        self.save(update_fields=["teaches_since"])

    @property
    def email_verified(self) -> bool:
        """Whether the person has shown that they read the mail sent to their address."""
        verified: bool = EmailAddress.objects.filter(user=self, verified=True).exists()
        return verified

    @property
    def pending_address(self) -> EmailAddress | None:
        """The address they want to change to, while they have not confirmed it."""
        return EmailAddress.objects.filter(user=self, primary=False).exclude(email=self.email).last()

    def use_address(self, email: str, *, verified: bool) -> None:
        """Make this the account's one address, in allauth's records too."""
        with transaction.atomic():
            self.email = email
            self.save(update_fields=["email"])
            addresses = EmailAddress.objects.filter(user=self)
            addresses.exclude(email=self.email).delete()
            addresses.update_or_create(
                email=self.email, defaults={"user": self, "primary": True, "verified": verified}
            )

    def propose_address(self, email: str) -> EmailAddress:
        """Keep an address to change to, in the place of an earlier one; it is used once it is confirmed."""
        with transaction.atomic():
            EmailAddress.objects.filter(user=self, primary=False).exclude(email=self.email).delete()
            return EmailAddress.objects.create(user=self, email=email.lower())

    def _fold(self) -> None:
        self.username = self.normalize_username(self.username)
        self.email = (self.email or "").lower()


@receiver(pre_delete, sender=User)
def end_access(sender: type[User], instance: User, **_: Any) -> None:
    """Delete tokens, sessions and what the admin's log says with their user: nothing else would.

    All of them hold names, or lead to one.
    """
    adminlog.keep_keys_alone(sender, [instance.pk])
    OutstandingToken.objects.filter(user=instance).delete()
    sessions = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    own = [one.pk for one in sessions if one.get_decoded().get(SESSION_KEY) == str(instance.pk)]
    Session.objects.filter(pk__in=own).delete()
