from itertools import count

import pytest

from local.benchmark import measurement
from local.benchmark.measurement import HEADING, Figure, Missing, Row, measure


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by 10 ms each time that it is read."""
    ticks = count()
    monkeypatch.setattr(measurement.time, "perf_counter", lambda: next(ticks) / 100)


def test_a_row_has_the_median_the_latest_and_the_rate(clock):
    row = measure("a word", lambda: None, count=4)
    assert row.median == pytest.approx(10)
    assert row.late == pytest.approx(10)
    assert row.rate == pytest.approx(4 / 0.09)


def test_several_readings_an_answer_count_each(clock):
    one, many = (measure("", lambda: None, count=4, each=each).rate for each in (1, 8))
    assert many == pytest.approx(8 * one)


def test_it_asks_as_often_as_told_after_one_to_warm_up():
    asked = []
    measure("", lambda: asked.append(1), clients=3, count=12)
    assert len(asked) == 13


def test_what_fails_is_no_measurement():
    with pytest.raises(ZeroDivisionError):
        measure("", lambda: 1 / 0, count=2)


def test_times_are_summed_up_in_any_order():
    row = Row.of("a word", [*range(200, 0, -1)], 3.0)
    assert (row.median, row.late, row.rate) == (100.5, 199, 3.0)


def test_one_time_alone_is_median_and_latest():
    row = Row.of("a word", [7.0], 1.0)
    assert (row.median, row.late) == (7.0, 7.0)


def test_a_row_is_a_line_under_the_heading():
    line = str(Row("PyTorch: a word", 12.34, 56.78, 9.99))
    assert line.split() == ["PyTorch:", "a", "word", "12.34", "56.78", "10.0"]
    assert len(line) == len(HEADING)


def test_a_figure_has_its_unit():
    assert str(Figure("the archive", 9.557, "MB")).split() == ["the", "archive", "9.56", "MB"]


def test_what_is_missing_says_why():
    assert str(Missing("Tesseract", "not installed")).split() == ["Tesseract", "not", "installed"]
