"""The teaching application, as Django knows it."""

from django.apps import AppConfig


class TeachingConfig(AppConfig):
    """Teaching: readings whose owners agree, on their way to a training."""

    name = "pymano.teaching"
