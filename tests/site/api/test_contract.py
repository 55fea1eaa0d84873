"""What the schema says against what the API does: requests are made up from it, good ones and bad ones.

They are the same at each run. The application is asked as gunicorn asks it, by WSGI; TorchServe is a fake.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from rest_framework_simplejwt.tokens import AccessToken
from schemathesis import Case, GenerationMode
from schemathesis.checks import negative_data_rejection, not_a_server_error, positive_data_acceptance

from pymano.serving import client
from pymano.wsgi import application
from tests.site.drawings import STROKES, SVG, data_url, picture

EXAMPLES = 60
DRAWING = "0b9d2b8e-3b43-4f0d-8b58-0c8f6f2f6a11"

# What has the right form may still be refused: a picture that is damaged, a name that is taken. And a page
# size that is none is passed over.
LENIENT = {"GET /api/v1/predictions/"}

SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.fixture(autouse=True)
def _in_process(settings, torchserve) -> Iterator[None]:
    """Count nothing, and let no request end the connection that the test's transaction is on."""
    settings.ACCOUNT_RATE_LIMITS = {}
    settings.THROTTLE_PREDICTIONS = "1000000/min"
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_the_api_does_what_its_schema_says(operation, mode, alice):
    headers = {"Authorization": f"Bearer {AccessToken.for_user(alice)}"}
    unfit = [positive_data_acceptance, *([negative_data_rejection] if operation.label in LENIENT else [])]

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=unfit)

    asked()


@pytest.mark.parametrize(
    ("mood", "body", "status"),
    [
        ("ready", {"strokes": STROKES}, 201),
        ("ready", {"strokes": STROKES, "drawing": DRAWING}, 200),
        ("ready", {"image": data_url(picture())}, 201),
        ("ready", {"image": data_url(SVG)}, 415),
        ("ready", {"strokes": [[[0, 0]] * 20_001]}, 413),
        ("blank", {"strokes": STROKES}, 422),
        ("busy", {"strokes": STROKES}, 503),
        ("slow", {"strokes": STROKES}, 504),
    ],
)
def test_each_end_of_a_reading_is_as_described(torchserve, monkeypatch, alice, mood, body, status):
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    ask = OPERATIONS["POST /api/v1/predictions/"].Case(body=body, media_type="application/json")
    headers = {"Authorization": f"Bearer {AccessToken.for_user(alice)}"}
    if "drawing" in body:
        ask.call(headers=headers)
    torchserve.mood = mood
    unfit = [positive_data_acceptance, not_a_server_error]  # here they are what is asked for
    answer = ask.call_and_validate(headers=headers, excluded_checks=unfit)
    assert answer.status_code == status


def test_limits_are_as_described(settings, alice):
    settings.THROTTLE_PREDICTIONS = "1/min"
    ask = OPERATIONS["POST /api/v1/predictions/"].Case(
        body={"strokes": STROKES}, media_type="application/json"
    )
    headers = {"Authorization": f"Bearer {AccessToken.for_user(alice)}"}
    assert [ask.call_and_validate(headers=headers).status_code for _ in range(2)] == [201, 429]
