"""The serving application, as Django knows it."""

from django.apps import AppConfig


class ServingConfig(AppConfig):
    """Serving: how the site asks the recogniser."""

    name = "pymano.serving"
