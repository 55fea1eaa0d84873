from itertools import count

import pytest

from local import bench


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on by 10 ms each time that it is read."""
    ticks = count()
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(ticks) / 100)


def test_a_row_has_the_median_the_latest_and_the_rate(clock):
    row = bench.measure("a word", lambda: None, count=4)
    assert row.median == pytest.approx(10)
    assert row.late == pytest.approx(10)
    assert row.rate == pytest.approx(4 / 0.09)


def test_several_readings_an_answer_count_each(clock):
    one, many = (bench.measure("", lambda: None, count=4, each=each).rate for each in (1, 8))
    assert many == pytest.approx(8 * one)


def test_it_asks_as_often_as_told_after_one_to_warm_up():
    asked = []
    bench.measure("", lambda: asked.append(1), clients=3, count=12)
    assert len(asked) == 13


def test_what_fails_is_no_measurement():
    with pytest.raises(ZeroDivisionError):
        bench.measure("", lambda: 1 / 0, count=2)


def test_a_row_is_a_line_of_a_table():
    line = str(bench.Row("PyTorch, a word", 12.34, 56.78, 9.99))
    assert line.split() == ["PyTorch,", "a", "word", "12.3", "56.8", "10.0"]


def test_what_it_reads_is_ink():
    for strokes in (bench._WORD, bench._LINE):
        assert bench.ink.draw(bench.ink.parse(strokes)).pixels.any()
