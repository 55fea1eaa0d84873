import pytest

from local.benchmark import in_process, served
from local.benchmark.measurement import Figure, Missing, Row
from local.benchmark.ratios import ratios

EAGER = [
    Row(in_process.network("torch"), 12.0, 15.0, 80.0),
]
OPTIMISED = [
    Row(in_process.network("onnx"), 3.0, 4.0, 330.0),
]
SERVED = [
    Figure(served.computed(served.SITE), 7.5, "ms a reading"),
]


def compared(entries):
    return list(ratios(entries))


def test_rows_are_compared():
    said = compared(EAGER + OPTIMISED + SERVED)
    assert [figure.value for figure in said] == pytest.approx([4.0, 7.5])
    assert said[0].unit == "times as fast (goal: 3)"


def test_a_ratio_without_its_row_says_which():
    optimised, *_ = compared([*EAGER, Missing("optimised, ONNX Runtime", "none"), *SERVED])
    assert optimised == Missing(optimised.what, f"not measured: {in_process.network('onnx')}")


def test_the_same_is_said_of_any_run():
    assert [entry.what for entry in compared([])] == [entry.what for entry in compared(EAGER + SERVED)]
    assert all(isinstance(entry, Missing) for entry in compared([]))
