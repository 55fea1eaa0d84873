"""Accounts as the API shows and takes them."""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.signals import user_signed_up
from allauth.core import ratelimit
from django.db import IntegrityError
from django.http import HttpRequest
from rest_framework import serializers

from pymano.accounts.forms import SignUpForm
from pymano.accounts.models import User
from pymano.api.fields import TextField


class MeSerializer(serializers.ModelSerializer[User]):
    """The account that asks."""

    email_verified = serializers.BooleanField(read_only=True)
    readings = serializers.IntegerField(source="predictions.count", read_only=True)
    teaches = serializers.BooleanField(
        read_only=True,
        help_text="Whether you agree that readings which you corrected or confirmed may train models.",
    )

    class Meta:
        model = User
        fields = ["username", "email", "email_verified", "date_joined", "readings", "teaches"]
        read_only_fields = fields


class RegisterSerializer(serializers.Serializer[User]):
    """A new account, under the rules of the sign-up page.

    Where addresses are verified, an address that has an account already is answered like a new one:
    who asks learns nothing, and its owner is told by e-mail.
    """

    username = TextField(max_length=150)
    email = serializers.EmailField(max_length=254)
    password = TextField(
        max_length=4096, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )
    email_verification = serializers.SerializerMethodField(
        help_text="`sent` where the address must be confirmed before a token is given, else `none`."
    )

    def get_email_verification(self, account: dict[str, Any]) -> str:  # noqa: ARG002
        """Say whether an e-mail has to be answered first."""
        return "sent" if app_settings.EMAIL_VERIFICATION == "mandatory" else "none"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask the sign-up page's form."""
        password = attrs["password"]
        self.form = SignUpForm(attrs | {"password1": password, "password2": password})
        if not self.form.is_valid():
            raise serializers.ValidationError(_by_field(self.form.errors.get_json_data()))
        return {"username": self.form.cleaned_data["username"], "email": self.form.cleaned_data["email"]}

    def create(self, validated_data: dict[str, Any]) -> Any:
        """Make the account, and send what has to be confirmed."""
        request: HttpRequest = self.context["request"]._request
        if not self.form.account_already_exists:
            user = self._save(request)
            user_signed_up.send(sender=User, request=request, user=user)
        if app_settings.EMAIL_VERIFICATION == "mandatory":
            self._send(request, validated_data["email"])
        return validated_data

    def _save(self, request: HttpRequest) -> User:
        try:
            return self.form.save(request)
        except IntegrityError as error:
            raise serializers.ValidationError("Somebody took this name or this address just now.") from error

    def _send(self, request: HttpRequest, email: str) -> None:
        if not ratelimit.consume(request, action="confirm_email", key=email):
            return
        if self.form.account_already_exists:
            get_adapter().send_account_already_exists_mail(email)
        else:
            EmailAddress.objects.get(email=email).send_confirmation(request, signup=True)


def _by_field(errors: dict[str, list[dict[str, str]]]) -> dict[str, list[str]]:
    names = {"password1": "password", "__all__": "non_field_errors"}
    return {names.get(field, field): [error["message"] for error in found] for field, found in errors.items()}
