"""What this site wants of allauth that allauth's settings cannot say."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from pymano.accounts.models import ADDRESS_TAKEN, NAME_TAKEN, User
from pymano.accounts.origin import client_address

log = logging.getLogger(__name__)

WRONG_PASSWORD = "The name or the password is wrong."  # noqa: S105 - a sentence, not a password


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth in this site's voice and under this site's rules."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG_PASSWORD,
        "email_password_mismatch": WRONG_PASSWORD,
        "too_many_login_attempts": "Too many failed attempts. Wait five minutes, then try again.",
        "incorrect_password": "The password is wrong.",
        "enter_current_password": "This is not your current password.",
        "username_taken": NAME_TAKEN,
        "email_taken": ADDRESS_TAKEN,
        "duplicate_email": "This is your address already.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Say whether strangers may make accounts."""
        return bool(settings.SIGN_UP == "open")

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Fold the name as it will be stored, then check it; folding can make it longer."""
        name = User.normalize_username(username)
        longest = User._meta.get_field("username").max_length
        if longest and len(name) > longest:
            raise ValidationError(f"Use {longest} letters at most.", code="max_length")
        return str(super().clean_username(name, shallow))

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Keep the address in use; only one that was never taken into use may go."""
        return bool(not email_address.primary and email_address.email != email_address.user.email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address, unless another account took it while the link was on its way."""
        others = User.objects.filter(email=email_address.email).exclude(pk=email_address.user_id)
        if others.exists():
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False
        return bool(super().confirm_email(request, email_address))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        """Go back to the profile."""
        return reverse("profile")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count attempts by the address that the trusted proxies saw."""
        return client_address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send an e-mail; where the mail server fails, say so in the log and on the page, not with a 500."""
        context |= {"sign_up_open": self.is_open_for_signup(self.request)}
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            log.exception("An e-mail (%s) could not be sent.", template_prefix)
            self._tell("The e-mail could not be sent. Try again later.")

    def _tell(self, message: str) -> None:
        if self.request is not None and hasattr(self.request, "_messages"):
            self.add_message(self.request, messages.ERROR, message=message)
