"""The recognition application, as Django knows it."""

from django.apps import AppConfig


class RecognitionConfig(AppConfig):
    """Recognition: readings and their history."""

    name = "pymano.recognition"
