import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from pymano.rollout.models import Rollout
from pymano.serving.models import ModelEvent


def events():
    return [
        (one.action, one.version, one.actor_name, one.details) for one in ModelEvent.objects.order_by("pk")
    ]


def test_all_that_is_done_is_written_down(start, sam):
    rollout = start(share=5)
    rollout.change_share(20, by=sam)
    rollout.end("It is not better.", by=sam)
    assert events() == [
        ("canary_started", "1.2", "sam", "5 % of the people"),
        ("canary_share_changed", "1.2", "sam", "5 % → 20 % of the people"),
        ("canary_ended", "1.2", "sam", "It is not better."),
    ]


def test_two_canaries_are_one_too_many(start):
    start()
    with pytest.raises(IntegrityError), transaction.atomic():
        start()
    start("shadow")
    assert Rollout.objects.running().count() == 2


def test_after_the_end_another_may_begin(start, sam):
    start().end("Enough.", by=sam)
    assert start().is_running


def test_it_ends_once(start, sam):
    rollout = start()
    assert rollout.end("Enough.", by=sam)
    assert not rollout.end("Again.", by=sam)
    assert not Rollout.objects.get().change_share(50, by=sam)
    assert rollout.reason == "Enough."
    assert len(events()) == 2


def test_a_version_on_trial_is_kept(start, tried, sam):
    rollout = start()
    with pytest.raises(ProtectedError):
        tried.delete()
    rollout.end("Enough.", by=sam)
    tried.delete()
    assert Rollout.objects.get().version == "1.2"


@pytest.mark.parametrize("share", [0, 100])
def test_a_canary_is_neither_nobody_s_nor_everybody_s(start, share):
    with pytest.raises(IntegrityError), transaction.atomic():
        start(share=share)
