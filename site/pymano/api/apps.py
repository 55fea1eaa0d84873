"""The api application, as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Api: the same readings and accounts, for programs."""

    name = "pymano.api"
