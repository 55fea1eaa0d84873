import json

import pytest

from crnn import picture
from crnn.recogniser import stack
from local.benchmark.specimen import LINE, WORD, draw, write
from local.benchmark.specimen import picture as drawn


@pytest.mark.parametrize("strokes", [WORD, LINE])
def test_what_is_read_travels_as_json_and_holds_ink(strokes):
    assert draw(json.loads(json.dumps(strokes))).pixels.any()


def test_the_network_sees_the_word_on_48_by_192():
    assert stack([draw(WORD)], 1).shape == (1, 1, 48, 192)


def test_a_letter_with_a_bar_has_two_strokes():
    assert [len(write(text)) for text in ("a", "t", "a t", " ")] == [1, 2, 3, 0]


@pytest.mark.parametrize("strokes", [WORD, LINE])
def test_the_picture_shows_the_same_ink(strokes):
    by_picture, by_ink = picture.read(drawn(strokes)), draw(strokes)
    assert by_picture.pixels.shape[1] == pytest.approx(by_ink.pixels.shape[1], rel=0.1)
