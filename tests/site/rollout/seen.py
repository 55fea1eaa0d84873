"""Observations of readings that nobody has made."""

from typing import Any

from django.utils import timezone

from pymano.recognition.models import Prediction
from pymano.rollout.models import Observation, Rollout, ShadowReading
from tests.site.readings import keep


def observe(
    rollout: Rollout,
    role: str,
    times: int = 1,
    *,
    outcome: str = "read",
    duration_ms: int = 40,
    kind: str = "ink, beam",
    person: str = "one",
    **more: Any,
) -> None:
    """Note so many readings that left nothing."""
    Observation.objects.bulk_create(
        Observation(
            rollout=rollout,
            role=role,
            outcome=outcome,
            duration_ms=duration_ms + i % 7,
            kind=kind,
            person=person,
            **more,
        )
        for i in range(times)
    )


def observe_kept(
    rollout: Rollout,
    role: str,
    owner: Any,
    times: int = 1,
    *,
    correction: str | None = None,
    person: str = "one",
    shadow: str | None = None,
) -> list[Prediction]:
    """Note readings of "hello" that are kept, and what a shadow read in them."""
    made = []
    for _ in range(times):
        prediction = keep(owner, correction=correction, asked_at=timezone.now())
        seen = {"prediction": prediction, "asked_at": prediction.asked_at, "duration_ms": 40}
        seen |= {"outcome": "read", "kind": "ink, beam", "person": person}
        Observation.objects.create(rollout=rollout, role=role, **seen)
        if shadow is not None:
            of_shadow = Observation.objects.create(rollout=rollout, role="shadow", **seen)
            ShadowReading.objects.create(
                observation=of_shadow, prediction=prediction, text=shadow, agrees=shadow == "hello"
            )
        made.append(prediction)
    return made
