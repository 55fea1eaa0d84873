"""People who let their readings train."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from pymano.recognition.models import Prediction
from tests.site.readings import keep


@pytest.fixture
def teaching(alice: Any) -> Any:
    """Alice, who agrees."""
    alice.agree_to_teach(True)
    return alice


@pytest.fixture
def corrected() -> Callable[..., Prediction]:
    """Keep a reading that its owner corrected."""

    def corrected(owner: Any, text: str = "hallo", **more: Any) -> Prediction:
        prediction = keep(owner, **more)
        prediction.correct(text)
        return prediction

    return corrected


@pytest.fixture
def writers(db: None) -> list[Any]:
    """Seven people who agree."""
    people = [get_user_model().objects.create_user(f"w{n}", f"w{n}@example.org", "x") for n in range(7)]
    for person in people:
        person.agree_to_teach(True)
    return people
