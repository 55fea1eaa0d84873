"""The serving application, as Django knows it."""

from django.apps import AppConfig


class ServingConfig(AppConfig):
    """Serving: how the site asks the recogniser, and what the recogniser serves."""

    name = "pymano.serving"
    verbose_name = "Models"
