"""A version on trial becomes the default: in TorchServe, through serving, and here."""

from django.contrib.auth.base_user import AbstractBaseUser

from pymano.rollout.models import Rollout
from pymano.serving import changes
from pymano.serving.bringing import Outcome


def promote(*, rollout: Rollout, actor: AbstractBaseUser) -> list[Outcome]:
    """Make its version the default and end its trial; where that fails, RefusedError, and both stay."""
    brought = changes.set_default(version=rollout.version, actor=actor)
    rollout.end(f"{rollout.version} was made the default.", by=actor)
    return brought
