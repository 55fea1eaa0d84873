"""People on the one side of a canary or the other, which their numbers decide."""

from typing import Any

from django.contrib.auth import get_user_model

from pymano.rollout.models import Rollout
from pymano.rollout.router import Trial


def person(rollout: Rollout, *, canary: bool, name: str = "") -> Any:
    """Make accounts until one is of the canary's share, or is not; those of the other side go again."""
    trial, people = Trial(rollout.pk, rollout.version, rollout.share), get_user_model().objects
    for i in range(1000):
        made = people.create_user(
            f"{name or 'person'}-{canary}-{i}-{people.count()}", f"{name}{i}-{canary}@example.org"
        )
        if trial.takes(made.pk) == canary:
            return made
        made.delete()
    raise AssertionError("nobody is on this side")
