"""Whatever reaches the recogniser becomes a strip or one of the refusals that the handler knows."""

from typing import Any

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from crnn import encoded, ink, picture
from crnn.strip import HEIGHT, MAX_WIDTH, MIN_WIDTH, NothingToReadError, Strip
from tests import handwriting, paper

REFUSALS = (
    NothingToReadError,
    ink.MalformedInkError,
    encoded.TruncatedPictureError,
    encoded.TooLargePictureError,
    encoded.UnsupportedPictureError,
)
PAGE = paper.page(handwriting.ink("hi"))[::4, ::4]
WHOLE = {form: paper.encoded(PAGE, form) for form in encoded.FORMATS}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)
coordinates = st.integers(-1_000_000, 1_000_000) | st.floats(-1e6, 1e6)
points = st.lists(coordinates, min_size=2, max_size=4)
good = st.lists(st.lists(points, min_size=1, max_size=20), min_size=1, max_size=8)


def outcome(take: Any, given: Any) -> Any:
    """Return the strip, or the refusal; anything else that is raised fails the test."""
    try:
        return take(given)
    except REFUSALS as refusal:
        return refusal


def drawn(strokes: object) -> Strip:
    return ink.draw(ink.parse(strokes))


def assert_is_strip(strip: Strip) -> None:
    height, width = strip.pixels.shape
    assert height == HEIGHT
    assert MIN_WIDTH <= width <= MAX_WIDTH
    assert strip.pixels.dtype == np.uint8
    assert np.isfinite([strip.left, strip.right]).all()


@given(good)
@example([[[0, 0], [5e-324, 0]]])
@example([[[1e6, 1e6], [1e6 - 1e-9, 1e6]]])
@example([[[-1e6, 0], [1e6, 5e-324]]])
def test_good_ink_becomes_a_strip_with_ink_on_it(strokes: list[Any]) -> None:
    strip = drawn(strokes)
    assert_is_strip(strip)
    assert strip.pixels.any()


@given(anything | st.lists(st.lists(st.lists(anything, max_size=4), max_size=4), max_size=4))
@example([[[10**400, 1]]])
@example([[[float("inf"), 1]]])
def test_other_ink_is_refused_or_becomes_a_strip(strokes: object) -> None:
    strip = outcome(drawn, strokes)
    if isinstance(strip, Strip):
        assert_is_strip(strip)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture, cut, with other bytes in it."""
    data = bytearray(WHOLE[draw(st.sampled_from(encoded.FORMATS))])
    for place in draw(st.lists(st.integers(0, len(data) - 1), max_size=8)):
        data[place] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


@given(damaged() | st.binary(max_size=200))
def test_a_damaged_picture_is_refused_or_becomes_a_strip(data: bytes) -> None:
    strip = outcome(picture.read, data)
    if isinstance(strip, Strip):
        assert_is_strip(strip)


@st.composite
def pixels(draw: st.DrawFn) -> encoded.Grey:
    """Any grey picture of up to 80 pixels a side: noise, flat, or a few shades."""
    shape = draw(st.tuples(st.integers(1, 80), st.integers(1, 80)))
    shades = np.array(draw(st.lists(st.integers(0, 255), min_size=1, max_size=6)), dtype=np.uint8)
    seed = draw(st.integers(0, 2**32 - 1))
    return shades[np.random.default_rng(seed).integers(len(shades), size=shape)]


@given(pixels())
def test_any_pixels_are_refused_or_become_a_strip(grey: encoded.Grey) -> None:
    strip = outcome(picture.read, paper.encoded(grey))
    if isinstance(strip, Strip):
        assert_is_strip(strip)
    else:
        assert isinstance(strip, NothingToReadError)
