from datetime import UTC, datetime, timedelta

import pytest

from pymano.rollout.charts import WIDTH, Bar, curve, timeline, top, whisker
from pymano.rollout.statistics import Estimate

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("highs", "end"), [([0.037], 0.04), ([0.037, 0.051], 0.06), ([81.0], 100), ([420.0, None], 600), ([], 0)]
)
def test_an_axis_ends_at_a_round_number_above_all(highs, end):
    assert top([Estimate(high or 430, None, high) for high in highs]) == pytest.approx(end)


def test_an_estimate_lies_between_its_bounds():
    placed = whisker(Estimate(0.02, 0.01, 0.04), 0.04)
    assert (placed.low, placed.value, placed.high) == (250, 500, 1000)
    assert not placed.open_low
    assert not placed.open_high


def test_without_bounds_it_is_open():
    placed = whisker(Estimate(30, None, None), 60)
    assert (placed.low, placed.value, placed.high) == (0, 500, WIDTH)
    assert placed.open_low
    assert placed.open_high


def test_all_zero_is_drawn_at_the_left():
    assert whisker(Estimate(0, 0, 0), 0).value == 0


def test_readings_are_counted_in_spans_of_a_handy_length():
    later = NOON + timedelta(minutes=40)
    line = timeline(NOON, later, [[NOON, NOON, NOON + timedelta(minutes=2)], [later]])
    assert (line.span, line.most, line.span_in_words) == (timedelta(minutes=1), 2, "1 min")
    first, second = line.bars
    step = WIDTH / 41
    assert first == [
        Bar(0, 0, round(0.8 * step, 1), 100),
        Bar(round(2 * step, 1), 50, round(0.8 * step, 1), 50),
    ]
    assert [bar.x for bar in second] == [round(40 * step, 1)]


@pytest.mark.parametrize(
    ("length", "words"), [({"hours": 30}, "1 h"), ({"days": 3}, "3 h"), ({"days": 400}, "8 d")]
)
def test_long_trials_have_long_spans(length, words):
    line = timeline(NOON, NOON + timedelta(**length), [[NOON], []])
    assert line.span_in_words == words
    assert line.bars[1] == []


def test_a_single_moment_is_one_bar():
    assert len(timeline(NOON, NOON, [[NOON]]).bars[0]) == 1


def test_a_curve_climbs_to_all_readings():
    path = curve([10.0, 20.0, 30.0], 40)
    assert path.startswith("M 0 100 L 250.0 100.0")
    assert path.endswith("L 750.0 0.0")
    assert curve([], 40) == ""
