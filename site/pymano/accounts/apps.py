"""The accounts application, as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate

from pymano import database


class AccountsConfig(AppConfig):
    """Accounts: the users of this site."""

    name = "pymano.accounts"

    def ready(self) -> None:
        """See to the database before the first table is made, which is one of these."""
        pre_migrate.connect(database.choose_collation, sender=self)
