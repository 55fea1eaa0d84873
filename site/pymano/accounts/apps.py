"""The accounts application, as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: the users of this site."""

    name = "pymano.accounts"
