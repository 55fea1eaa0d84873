import pytest

from pymano.rollout.comparison import compare
from pymano.rollout.measures import NONE, curves, measures, timeline
from tests.site.rollout.seen import observe, observe_kept


@pytest.fixture
def canary(start):
    return start(share=50)


def line(rollout, name, role):
    [measure] = [one for one in measures(rollout, compare(rollout)) if one.name == name]
    [found] = [one for one in measure.lines if one.role == role]
    return found


def test_few_durations_bound_nothing(canary):
    observe(canary, "canary", 3)
    assert line(canary, "Median duration", "canary").interval == "too few to bound it"


def test_the_slowest_are_bounded_from_below_first(canary):
    observe(canary, "canary", 100, duration_ms=40)
    told = line(canary, "99th percentile of durations", "canary")
    assert told.interval == "at least 46\u00a0ms"
    assert told.told == "1.2, canary: 46\u00a0ms, at least 46\u00a0ms"


def test_many_are_bounded_on_both_sides(canary):
    observe(canary, "canary", 700, duration_ms=40)
    assert line(canary, "Median duration", "canary").interval == "43\u00a0ms to 43\u00a0ms"


def test_the_same_is_said_each_time(canary, alice):
    for person in "abcd":
        observe_kept(canary, "canary", alice, 3, correction="hullo", person=person)
        observe_kept(canary, "canary", alice, 1, correction="hello", person=person)
    told = line(canary, "Character error rate", "canary")
    assert (told.value, told.counted) == ("15.0\u00a0%", "16 readings")
    assert line(canary, "Character error rate", "canary") == told


def test_what_is_not_known_is_left_open(canary):
    told = line(canary, "Corrected", "default")
    assert (told.value, told.counted, told.told) == (NONE, "0 of 0 readings that still stand", "nothing yet")


def test_what_one_version_alone_has_is_not_compared(canary):
    observe(canary, "canary", 20)
    found = {one.name: one for one in measures(canary, compare(canary))}
    assert found["Errors"].chance == ""
    assert (found["Corrected"].chance, found["Corrected"].end) == ("", "")
    observe(canary, "default", 20)
    found = {one.name: one for one in measures(canary, compare(canary))}
    assert found["Errors"].chance == "p = 1.0000"


def test_no_readings_make_no_charts(canary):
    assert timeline(compare(canary)) is None
    assert curves(compare(canary)) is None


def test_the_charts_end_where_nearly_all_had_come(canary):
    observe(canary, "canary", 99, duration_ms=40)
    observe(canary, "canary", 1, duration_ms=9000)
    drawn = curves(compare(canary))
    assert drawn.longest == "46\u00a0ms"
    assert drawn.paths[0] == ""
    assert timeline(compare(canary)).most == 100
