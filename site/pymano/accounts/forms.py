"""The forms of the account pages: allauth's, reworded, and our own for a new address and for leaving."""

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pymano.accounts.models import ADDRESS_TAKEN, PROPOSED, User

ADDRESS = "E-mail address"
PASSWORD_HELP = "At least 8 characters, not only digits, and nothing that is easy to guess."  # noqa: S105


class Reworded(forms.Form):
    """Says labels and help in the site's own words, and drops placeholders: they vanish when one types."""

    labels: ClassVar[dict[str, str]] = {}
    helps: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, field.help_text)
        for name in {"login", "username"} & set(self.fields):
            self.fields[name].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class SignInForm(Reworded, allauth_forms.LoginForm):  # type: ignore[misc]
    """Name or address, and password."""

    labels = {"login": "Username or e-mail address", "remember": "Keep me signed in on this device"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}

    @property
    def sign_up_open(self) -> bool:
        """Whether the page should say how to get an account."""
        return bool(get_adapter().is_open_for_signup(self.request))

    def clean_login(self) -> str:
        """Fold the name as names are stored."""
        return User.normalize_username(str(super().clean_login()))

    def user_credentials(self) -> dict[str, str]:
        """Return what is tried: a name or an address, and the password."""
        return credentials(self.cleaned_data["login"], self.cleaned_data["password"])


class SignUpForm(Reworded, allauth_forms.SignupForm):  # type: ignore[misc]
    """A new account."""

    labels = {"email": ADDRESS, "password1": "Password", "password2": "The same password again"}
    helps = {
        "username": "Letters, digits and the signs . + - _ only. Capitals are kept as small letters.",
        "password1": PASSWORD_HELP,
    }

    def validate_unique_email(self, value: str) -> str:
        """See whether the address is known; that somebody proposed it, as anybody can, does not count."""
        return str(super().validate_unique_email(value)) if is_taken(value) else value

    def clean(self) -> dict[str, Any]:
        """Check the whole; a known address, of which nothing is said, takes as long as a new account."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.account_already_exists:
            make_password(cleaned.get("password1"))
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Save; when somebody takes the name or the address at this very moment, ask again."""
        try:
            saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError as error:
            messages.error(request, "Somebody took this name or this address just now. Choose another.")
            raise ImmediateHttpResponse(redirect(request.get_full_path())) from error
        return saved

    def save(self, request: HttpRequest) -> User:
        """Make the account as allauth does, in one transaction, but hash the password before it begins.

        Hashing takes long on purpose, and while a transaction lasts nobody else can write to SQLite.
        """
        adapter = get_adapter()
        user: User = adapter.save_user(request, adapter.new_user(request), self, commit=False)
        with transaction.atomic():
            user.save()
            self.custom_signup(request, user)
            EmailAddress.objects.filter(email=user.email).filter(PROPOSED).delete()
            setup_user_email(request, user, [EmailAddress(email=user.email)])
        return user


class AskForResetForm(Reworded, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address that the link to a new password goes to."""

    labels = {"email": ADDRESS}
    users: list[User]

    def clean_email(self) -> str:
        """Find the account; an address that nobody confirmed and nobody uses yet opens none."""
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email.lower()]
        return email


class ChangePasswordForm(Reworded, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The old password, and the new one twice."""

    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "The new password again",
    }
    helps = {"password1": PASSWORD_HELP}


class SetPasswordForm(Reworded, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A first password, for an account made without one."""

    labels = {"password1": "Password", "password2": "The same password again"}
    helps = {"password1": PASSWORD_HELP}


class ResetPasswordForm(Reworded, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, for somebody who holds the link."""

    labels = {"password1": "New password", "password2": "The new password again"}
    helps = {"password1": PASSWORD_HELP}


class ReauthenticateForm(Reworded, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password, once more."""


class PasswordAgainForm(Reworded):
    """Asks for the password of somebody who is signed in: the device may lie open on a table."""

    password = PasswordField(label="Your password", autocomplete="current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check it; wrong ones count as failed sign-ins."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class ChangeAddressForm(PasswordAgainForm):
    """A new e-mail address. Whether it is taken is said only where no e-mail can tell its owner instead."""

    email = forms.EmailField(label="New e-mail address", max_length=254)
    field_order = ["email", "password"]

    def __init__(self, *args: Any, tell_taken: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tell_taken = tell_taken
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def clean_email(self) -> str:
        """Fold the address, and see that it is new."""
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email:
            raise get_adapter().validation_error("duplicate_email")
        if self.tell_taken and is_taken(email, by_other_than=self.user):
            raise forms.ValidationError(ADDRESS_TAKEN, code="email_taken")
        return email


def credentials(login: str, password: str) -> dict[str, str]:
    """Return what the password is tried for: an address if there is an @ in it, else a name.

    Never both: an address that is known would be tried twice, and tell by the time it takes that it is known.
    """
    return {"email" if "@" in login else "username": login, "password": password}


def is_taken(email: str, *, by_other_than: User | None = None) -> bool:
    """Say whether another account uses this address; one that only proposed it has shown nothing yet."""
    accounts = User.objects.filter(email=email)
    addresses = EmailAddress.objects.filter(email=email).exclude(PROPOSED)
    if by_other_than:
        accounts, addresses = accounts.exclude(pk=by_other_than.pk), addresses.exclude(user=by_other_than)
    return accounts.exists() or addresses.exists()
