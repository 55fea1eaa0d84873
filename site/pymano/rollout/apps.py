"""The rollout application, as Django knows it."""

from django.apps import AppConfig


class RolloutConfig(AppConfig):
    """Rollout: versions on trial, beside the default one."""

    name = "pymano.rollout"
