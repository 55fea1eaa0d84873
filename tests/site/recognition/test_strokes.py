import json

import pytest

from pymano.recognition import strokes
from pymano.recognition.refusal import Refusal
from tests.site.drawings import DOT, STROKES


@pytest.mark.parametrize(
    "ink",
    [
        STROKES,
        DOT,
        [[], [[1, 2]]],
        [[[-1e6, 1e6]]],
        [[[0, 0, 1_780_000_000_000, 1]]],
        [[[0, 0, None, None]]],
        [[[0, 0, None, 0.5]]],
        [[[0, 0]] * 20_000],
    ],
)
def test_it_takes_ink_as_it_is(ink):
    before = json.dumps(ink)
    assert strokes.check(ink) is ink
    assert json.dumps(ink) == before


@pytest.mark.parametrize(
    "value",
    [
        None,
        "ink",
        7,
        {"strokes": []},
        [7],
        ["ink"],
        [[7]],
        [[{"x": 1, "y": 2}]],
        [[[1]]],
        [[[1, 2, 3, 0.4, 5]]],
        [[["1", "2"]]],
        [[[True, False]]],
        [[[None, 2]]],
        [[[float("nan"), 2]]],
        [[[1, float("inf")]]],
        [[[1e400, 2]]],
        [[[10**4000, 2]]],
        [[[1_000_001, 2]]],
        [[[1, 2, float("nan")]]],
        [[[1, 2, 1e16]]],
        [[[1, 2, 3, 1.5]]],
        [[[1, 2, 3, -0.1]]],
        [[[1, 2, "3"]]],
    ],
)
def test_it_refuses_what_is_not_ink(value):
    with pytest.raises(Refusal) as refusal:
        strokes.check(value)
    assert refusal.value.code == "malformed"


@pytest.mark.parametrize("value", [[], [[]], [[], []]])
def test_it_finds_nothing_to_read_where_no_point_is(value):
    with pytest.raises(Refusal) as refusal:
        strokes.check(value)
    assert refusal.value.code == "nothing_to_read"


@pytest.mark.parametrize(
    "value",
    [[[[1, 2]] * 20_001], [[[1, 2]]] * 100_000, [[]] * 20_001],
    ids=["a stroke", "strokes", "empty strokes"],
)
def test_it_refuses_too_much_ink(value):
    with pytest.raises(Refusal) as refusal:
        strokes.check(value)
    assert refusal.value.code == "too_large"


def test_it_names_the_stroke_that_is_wrong():
    with pytest.raises(Refusal, match="Stroke 2 is not"):
        strokes.check([[[1, 2]], [[1, "2"]]])
