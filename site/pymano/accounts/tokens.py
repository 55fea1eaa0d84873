"""Tokens for programs: who may hold them, how they are got, and what ends them.

An access token lives for minutes, a refresh token for days and for one use. Both die with the account, with a
changed password, and when the account is switched off; a refresh token also when it is put on the blacklist.
"""

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.tokens import RefreshToken

from pymano.accounts.forms import credentials
from pymano.accounts.limits import FAILED_SIGN_INS_LAST
from pymano.accounts.models import User
from pymano.api.fields import TextField


def may_hold_tokens(user: AbstractBaseUser | None) -> bool:
    """Say whether this is a person who may come in: there, switched on, and verified where that is asked."""
    return isinstance(user, User) and user.is_active and not must_verify(user)


def must_verify(user: User) -> bool:
    """Say whether the person still has to confirm their e-mail address."""
    return bool(app_settings.EMAIL_VERIFICATION == "mandatory" and not user.email_verified)


class TokenPairSerializer(serializers.Serializer[Any]):
    """What a program gets."""

    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class CredentialsSerializer(TokenPairSerializer):
    """Takes a name (or an e-mail address) and a password; gives a pair of tokens."""

    username = TextField(max_length=254, write_only=True)
    password = TextField(
        max_length=4096, trim_whitespace=False, write_only=True, style={"input_type": "password"}
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Check the password, as the sign-in page does; wrong ones count in the same place."""
        user = self._sign_in(User.normalize_username(attrs["username"]), attrs["password"])
        if user is None or not user.is_active:
            raise AuthenticationFailed("The name or the password is wrong.")
        if must_verify(user):
            raise PermissionDenied("Confirm your e-mail address first, with the link that was sent to it.")
        refresh = RefreshToken.for_user(user)
        return {"access": str(refresh.access_token), "refresh": str(refresh)}

    def _sign_in(self, name: str, password: str) -> User | None:
        request = self.context["request"]._request
        try:
            user: User | None = get_adapter().authenticate(request, **credentials(name, password))
        except ValidationError as error:
            raise Throttled(FAILED_SIGN_INS_LAST) from error
        return user


class RefreshSerializer(TokenRefreshSerializer):
    """Takes a refresh token; gives an access token, and the next refresh token in the place of this one."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Check that the holder is still there and has not changed the password since."""
        JWTAuthentication().get_user(self.token_class(attrs["refresh"]))
        with transaction.atomic():
            return super().validate(attrs)
