"""The rollout application, as Django knows it."""

from django.apps import AppConfig


class RolloutConfig(AppConfig):
    """Rollout: versions on trial, beside the default one."""

    name = "pymano.rollout"
    verbose_name = "Trials"

    def ready(self) -> None:
        """Have readings go the ways of what is on trial."""
        # They need models, which are loaded before this, but not before this module.
        from pymano.recognition import routing
        from pymano.rollout import router

        routing.use(router.route)
