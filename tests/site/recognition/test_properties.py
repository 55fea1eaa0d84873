"""Whatever is sent as ink or as a picture is taken or refused, and nothing else happens."""

import json
import tracemalloc
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from pymano.recognition import pictures, strokes, thumbnail
from pymano.recognition.pictures import Picture
from pymano.recognition.refusal import Refusal
from tests.site.drawings import data_url, picture

KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
WHOLE = {kind: picture(kind) for kind in KINDS}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)
coordinates = st.integers(-1_000_000, 1_000_000) | st.floats(-1e6, 1e6)
points = st.tuples(
    coordinates, coordinates, st.none() | st.floats(-1e15, 1e15), st.none() | st.floats(0, 1)
).flatmap(lambda point: st.integers(2, 4).map(lambda size: list(point[:size])))
ink = st.lists(st.lists(points, max_size=20), max_size=8)
nearly_ink = st.lists(st.lists(st.lists(anything, max_size=5), max_size=5), max_size=5)


def outcome(take: Any, *given: Any) -> Any:
    """Return what was taken, or the refusal; anything else that is raised fails the test."""
    try:
        return take(*given)
    except Refusal as refusal:
        return refusal


@given(anything | nearly_ink)
@example([[[10**400, 1]]])
@example([[[float("nan"), 1]]])
def test_whatever_is_sent_as_ink_is_taken_as_it_is_or_refused(value: object) -> None:
    taken = outcome(strokes.check, value)
    assert taken is value or isinstance(taken, Refusal)
    if taken is value:
        json.dumps(taken, allow_nan=False)  # as it is sent to the recogniser, and stored


@given(ink)
def test_good_ink_is_taken_and_has_a_thumbnail_within_its_box(value: list[Any]) -> None:
    taken = outcome(strokes.check, value)
    if isinstance(taken, Refusal):
        assert (taken.code, any(value)) == ("nothing_to_read", False)
        return
    drawn = thumbnail.thumbnail(taken)
    numbers = [float(word) for word in drawn.path.replace("M", " ").replace("L", " ").split()]
    assert all(-1 <= x <= drawn.width + 1 for x in numbers[::2])
    assert all(-1 <= y <= drawn.height + 1 for y in numbers[1::2])
    assert 0 < drawn.width <= thumbnail.WIDTH
    assert 0 < drawn.height <= thumbnail.HEIGHT


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture, cut, with other bytes in its head, and perhaps with something behind."""
    data = bytearray(WHOLE[draw(st.sampled_from(KINDS))])
    for place in draw(st.lists(st.integers(0, min(len(data), 300) - 1), max_size=6)):
        data[place] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) + draw(st.binary(max_size=20))


@given(damaged() | st.binary(max_size=200))
def test_whatever_is_sent_as_a_picture_is_taken_as_it_is_or_refused(data: bytes) -> None:
    tracemalloc.start()
    taken = outcome(pictures.inspect, data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000
    if isinstance(taken, Picture):
        assert taken.data == data
        assert taken.media_type in pictures.MEDIA_TYPES.values()
        assert taken.extension.isalpha()


@given(st.text(max_size=200) | st.text(max_size=40).map(lambda tail: f"data:image/png;base64,{tail}"))
def test_whatever_is_sent_as_a_data_url_is_taken_or_refused(url: str) -> None:
    assert isinstance(outcome(pictures.from_data_url, url), Picture | Refusal)


@given(damaged())
def test_a_picture_is_the_same_in_json_as_in_a_form(data: bytes) -> None:
    in_form, in_json = outcome(pictures.inspect, data), outcome(pictures.from_data_url, data_url(data))
    assert str(in_form) == str(in_json)
