"""The admin's pages on trials: a canary from its start to its promotion, and pictures for human eyes."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pymano.recognition.models import Prediction
from pymano.recognition.reading import read
from pymano.rollout import guard, router
from pymano.rollout.models import Observation, Rollout, ShadowReading
from pymano.serving.models import WantedVersion
from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_looks import everywhere, look, options
from tests.fake_torchserve import FakeTorchServe
from tests.site.rollout.people import person

TRIALS = "/admin/rollout/rollout/"
STROKES = [[[0, 0], [10, 10]]]


@pytest.fixture
def sam(transactional_db: None, django_user_model: Any) -> Any:
    return django_user_model.objects.create_superuser("sam", "sam@example.org", PASSWORD)


@pytest.fixture
def versions(transactional_db: None, fake: FakeTorchServe) -> Iterator[WantedVersion]:
    """1.1 is the default, 1.2 is registered too; the server reads with both, and has nothing to be set."""
    WantedVersion.objects.create(version="1.1", archive="crnn-1.1.mar", sha256="1", is_default=True)
    router.trials.forget()
    yield WantedVersion.objects.create(version="1.2", archive="crnn-1.2.mar", sha256="2")
    router.trials.forget()


def told(page: Any) -> Any:
    return page.locator(".messagelist")


def test_a_canary_lives_in_the_admin(
    open_page: Open, sam: Any, versions: WantedVersion, fake: FakeTorchServe
) -> None:
    page = open_page(TRIALS, user=sam)
    page.get_by_role("link", name="Add trial").click()
    page.get_by_label("Version").select_option("1.2")
    page.get_by_label("Share of the people, in %").fill("30")
    page.get_by_role("button", name="Start").click()
    expect(told(page)).to_contain_text("1.2 as a canary has started.")
    expect(page.get_by_text("Nobody has had anything read since it began.")).to_be_visible()

    page.get_by_role("link", name="Change the share").click()
    page.get_by_label("Share of the people, in %").fill("50")
    page.get_by_role("button", name="Yes").click()
    expect(told(page)).to_contain_text("1.2 reads for 50 % of the people.")

    canary = Rollout.objects.get()
    router.trials.forget()
    for side in (True, False):
        owner = person(canary, canary=side)
        for _ in range(3):
            read(owner=owner, ink=STROKES)
    page.reload()
    expect(page.get_by_text("3 readings for 1 person")).to_have_count(2)

    page.get_by_role("link", name="End", exact=True).click()
    page.get_by_label("Reason").fill("It is no better.")
    page.get_by_role("button", name="Yes").click()
    expect(told(page)).to_contain_text("1.2 as a canary has ended.")
    expect(page.get_by_text("It is no better.")).to_be_visible()
    expect(page.get_by_role("link", name="Change the share")).to_have_count(0)


def test_what_the_guard_ends_is_seen_with_its_reason(
    open_page: Open, sam: Any, versions: WantedVersion, fake: FakeTorchServe
) -> None:
    canary = Rollout(kind="canary", share=50, minimum=10)
    canary.start(versions, "1.1", by=sam)
    router.trials.forget()
    fake.moods["1.2"] = "busy"
    owner = person(canary, canary=True)
    for _ in range(10):
        read(owner=owner, ink=STROKES)
    guard.look()
    page = open_page(f"{TRIALS}{canary.pk}/change/", user=sam)
    expect(page.get_by_text("1.2 gave no reading 10 times of 10, 1.1 0 times of 10.")).to_be_visible()
    expect(page.get_by_text("by the site")).to_be_visible()


def right(part: Any) -> float:
    """Where a part of the page ends."""
    box = part.bounding_box()
    return float(box["x"] + box["width"])


def seen(rollout: Rollout, owner: Any, random: Random) -> None:
    """Note two days of readings: the one on trial is slower, and errs more."""
    for role, times, slower, wrong in (("default", 600, 1, 0.1), (rollout.kind, 150, 2.4, 0.25)):
        for _ in range(times):
            at = timezone.now() - timedelta(hours=48 * random.random() ** 2)
            text = "hallo" if random.random() < wrong else "hello"
            prediction = Prediction.objects.create(
                owner=owner,
                text=text,
                correction="hello" if text == "hallo" or random.random() < 0.2 else None,
                confidence=0.9,
                model_name="crnn",
                model_version="1.2",
                duration_ms=5,
                asked_at=at,
            )
            outcome = "busy" if random.random() < wrong / 5 else "read"
            one = Observation.objects.create(
                rollout=rollout,
                at=at,
                role=role,
                outcome=outcome,
                kind="ink, beam",
                duration_ms=round(random.lognormvariate(3.7, 0.5) * slower),
                person=str(random.randrange(12)),
                prediction=prediction if outcome == "read" else None,
                asked_at=at if outcome == "read" else None,
            )
            if role == "shadow" and outcome == "read":
                ShadowReading.objects.create(
                    observation=one, prediction=prediction, text="hello", agrees=text == "hello"
                )


@everywhere
def test_the_pages_on_trials(
    open_page: Open, sam: Any, versions: WantedVersion, window: tuple[int, int]
) -> None:
    canary, shadow = Rollout(kind="canary", share=20), Rollout(kind="shadow", dropped=3)
    page = open_page(f"{TRIALS}add/", user=sam, **options(window))
    look(page, "trials-start", window)
    for rollout in (canary, shadow):
        rollout.start(versions, "1.1", by=sam)
    page.goto(f"{TRIALS}{canary.pk}/change/")
    look(page, "trials-empty", window)
    for rollout in (canary, shadow):
        seen(rollout, sam, Random(1))
    page.reload()
    look(page, "trials-canary", window)
    scale, axis = page.locator(".measure .ends span").nth(1), page.locator(".whisker").first
    if scale.is_visible():
        assert right(scale) == pytest.approx(right(axis), abs=4)
    page.goto(f"{TRIALS}{shadow.pk}/change/")
    look(page, "trials-shadow", window)
    page.goto(f"{TRIALS}{canary.pk}/promote/")
    look(page, "trials-ask", window)
    assert guard.look() == [canary]
    page.goto(f"{TRIALS}{canary.pk}/change/")
    look(page, "trials-ended", window)
    page.goto(TRIALS)
    look(page, "trials-list", window)
