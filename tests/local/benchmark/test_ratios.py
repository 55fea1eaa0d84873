import pytest

from local.benchmark import in_process, served
from local.benchmark.measurement import Figure, Missing, Row
from local.benchmark.ratios import ratios

EAGER = [
    Row(in_process.network("torch"), 12.0, 15.0, 80.0),
    Row(in_process.word("torch"), 14.0, 15.0, 70.0),
    Row(in_process.crowd("torch", 2), 15.0, 18.0, 130.0),
]
OPTIMISED = [
    Row(in_process.network("onnx"), 3.0, 4.0, 330.0),
    Row(in_process.word("onnx"), 5.0, 6.0, 200.0),
    Row(in_process.crowd("onnx", 2), 5.5, 8.0, 360.0),
]
SERVED = [
    Row(served.asked(served.TORCHSERVE, "a word", 16), 60.0, 90.0, 270.0),
    Row(served.asked(served.SITE, "a word", 16), 100.0, 200.0, 90.0),
    Figure(served.computed(served.SITE), 7.5, "ms a reading"),
]


def compared(entries):
    return list(ratios(entries, 2))


def test_rows_are_compared():
    said = compared(EAGER + OPTIMISED + SERVED)
    assert [figure.value for figure in said] == pytest.approx([4.0, 0.75, 0.25, 7.5])
    assert said[0].unit == "times as fast (goal: 3)"


def test_what_serves_without_an_optimised_network_is_pytorch():
    _, torchserve, *_ = compared(EAGER + SERVED)
    assert torchserve.value == pytest.approx(270 / 130)


def test_a_ratio_without_its_row_says_which():
    optimised, *_ = compared([*EAGER, Missing("optimised, ONNX Runtime", "none"), *SERVED])
    assert optimised == Missing(optimised.what, f"not measured: {in_process.network('onnx')}")


def test_the_same_is_said_of_any_run():
    assert [entry.what for entry in compared([])] == [entry.what for entry in compared(EAGER + SERVED)]
    assert all(isinstance(entry, Missing) for entry in compared([]))
