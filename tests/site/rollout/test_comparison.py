import pytest
from django.utils import timezone

from pymano.rollout import comparison
from pymano.rollout.comparison import compare
from pymano.rollout.statistics import Tally
from tests.site.rollout.seen import observe, observe_kept


@pytest.fixture
def canary(start):
    return start(share=50)


@pytest.fixture
def cast(start):
    return start("shadow")


def test_nothing_seen_is_nothing_known(canary):
    both = compare(canary)
    assert (both.usual.version, both.tried.version) == ("1.0", "1.2")
    for arm in (both.usual, both.tried):
        assert (arm.readings, arm.people, arm.failed, arm.durations, arm.edits) == (0, 0, Tally(0, 0), [], [])
    assert both.chances(25) == {"failed": 1, "durations": 1, "corrected": 1}


def test_each_version_has_its_own_side(canary, start):
    observe(canary, "default", 5)
    observe(canary, "canary", 3, person="two")
    observe(canary, "canary", 2, outcome="busy", person="three", duration_ms=4000)
    observe(start("shadow"), "default", 50)
    both = compare(canary)
    assert (both.usual.readings, both.tried.readings) == (5, 5)
    assert both.tried.failed == Tally(2, 5)
    assert both.tried.failures == {"busy": 2}
    assert both.tried.people == 2
    assert both.tried.durations == [40, 41, 42]


def test_durations_are_compared_within_their_kind(canary):
    observe(canary, "default", 30, kind="ink, best-path", duration_ms=10)
    observe(canary, "default", 3, kind="picture, beam", duration_ms=900)
    observe(canary, "canary", 3, kind="ink, best-path", duration_ms=10)
    observe(canary, "canary", 30, kind="picture, beam", duration_ms=900)
    assert compare(canary).chances(0)["durations"] > 0.2


def test_so_much_longer_is_allowed(canary):
    observe(canary, "default", 30, duration_ms=100)
    observe(canary, "canary", 30, duration_ms=115)
    assert compare(canary).chances(0)["durations"] < 0.001
    assert compare(canary).chances(25)["durations"] > 0.9


def test_corrections_count_where_they_change_something(canary, alice):
    observe_kept(canary, "canary", alice, 3)
    observe_kept(canary, "canary", alice, 2, correction="hello")
    observe_kept(canary, "canary", alice, 1, correction="hullo")
    tried = compare(canary).tried
    assert tried.corrected == Tally(1, 6)
    assert tried.compared == 3
    assert sorted(tried.edits) == [(0, 5), (0, 5), (1, 5)]


def test_the_edits_of_each_of_several_people_are_one(canary, alice):
    observe_kept(canary, "canary", alice, 2, correction="hullo", person="one")
    observe_kept(canary, "canary", alice, 1, correction="help", person="two")
    assert sorted(compare(canary).tried.edits) == [(2, 4), (2, 10)]


def test_corrections_of_later_ink_are_not_this_reading_s(canary, alice):
    [prediction] = observe_kept(canary, "canary", alice)
    prediction.asked_at = timezone.now()
    prediction.save()
    prediction.correct("something else")
    assert compare(canary).tried.corrected == Tally(0, 0)


def test_deleted_readings_still_count_as_readings(canary, alice):
    [prediction] = observe_kept(canary, "canary", alice, correction="hullo")
    prediction.delete()
    tried = compare(canary).tried
    assert (tried.readings, tried.corrected, tried.edits) == (1, Tally(0, 0), [])


def test_one_who_corrects_everything_is_one_person(canary, alice):
    for person in "abcdefgh":
        observe_kept(canary, "default", alice, 4, person=person)
    observe_kept(canary, "canary", alice, 12, correction="hullo", person="strict")
    for person in "ijkl":
        observe_kept(canary, "canary", alice, 4, person=person)
    both = compare(canary)
    assert comparison.more_often(both.usual.corrected, both.tried.corrected) < 0.001
    assert both.chances(25)["corrected"] > 0.05


def test_a_shadow_is_judged_on_what_the_default_was_corrected_on(cast, alice):
    observe_kept(cast, "default", alice, 2, correction="hullo", shadow="hullo")
    observe_kept(cast, "default", alice, 1, correction="hullo", shadow="hallo")
    observe_kept(cast, "default", alice, 4, correction="hullo")  # it was not asked
    observe_kept(cast, "default", alice, 1, shadow="hello")
    both = compare(cast)
    assert sorted(both.usual.edits) == [(1, 5)] * 3
    assert sorted(both.tried.edits) == [(0, 5), (0, 5), (1, 5)]
    assert both.tried.agreement == Tally(1, 4)
    assert "corrected" not in both.chances(25)


def test_much_is_looked_at_in_part(canary, monkeypatch):
    monkeypatch.setattr(comparison, "NEWEST", 10)
    observe(canary, "canary", 10, outcome="busy")
    observe(canary, "canary", 10)
    assert compare(canary).tried.failed == Tally(0, 10)


def test_it_takes_one_question_a_side(canary, alice, django_assert_num_queries):
    observe_kept(canary, "canary", alice, 5, correction="hullo")
    with django_assert_num_queries(2):
        both = compare(canary)
        assert both.tried.edits
