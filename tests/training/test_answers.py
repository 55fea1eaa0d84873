from itertools import count, islice

import numpy as np
import pytest

from crnn.reader import Alternative, Reading
from crnn.strip import Strip
from training.answers import Answer, read
from training.sets import Item

STRIP = Strip(np.zeros((48, 60), np.uint8), 0, 60)


def reading(text, *alternatives):
    return Reading(text, 0.5, tuple(Alternative(each, 0.1) for each in alternatives), ())


class Counting:
    """Reads the number of each strip that it is given."""

    def __init__(self):
        self.numbers = count()

    def read(self, strips, decoder):
        return [reading(str(next(self.numbers))) for _ in strips]


def test_each_item_comes_with_its_own_reading():
    items = [Item(STRIP, "a"), Item(None, "b"), *[Item(STRIP, "c")] * 300]
    answers = list(read(Counting(), items, "beam"))
    assert [answer.item for answer in answers] == items
    assert [answer.text for answer in answers] == ["0", "", *map(str, range(1, 301))]


def test_items_are_prepared_as_they_are_read():
    endless = (Item(STRIP, str(number)) for number in count())
    assert len(list(islice(read(Counting(), endless, "beam"), 3))) == 3


def test_texts_are_compared_in_one_form():
    answer = Answer(Item(STRIP, "e\u0301te\u0301  là"), reading("été là"))
    assert answer.written == answer.text
    assert answer.right_within(1)


@pytest.mark.parametrize(("text", "first"), [("one", 1), ("two", 2), ("three", 3)])
def test_an_answer_is_right_among_as_many_as_it_takes(text, first):
    answer = Answer(Item(STRIP, text), reading("one", "two", "three"))
    assert answer.right_within(first)
    assert not answer.right_within(first - 1)


def test_what_is_refused_is_right_where_nothing_was_written():
    assert Answer(Item(None, " "), None).right_within(3)
    assert not Answer(Item(None, "a"), None).right_within(3)
