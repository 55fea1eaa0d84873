import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymano.rollout.edits import distance, normalised

TEXTS = st.text("abcé ", max_size=40)


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("", "", 0),
        ("same", "same", 0),
        ("ab", "ba", 2),
    ],
)
def test_known_distances(one, other, edits):
    assert distance(one, other) == edits


@given(TEXTS, TEXTS)
def test_it_is_the_same_from_both_sides(one, other):
    assert distance(one, other) == distance(other, one)


@given(st.text("abcé", min_size=1, max_size=40), st.text("abcé", max_size=40))
def test_it_agrees_with_what_evaluates_models(written, read):
    counted = jiwer.process_characters(written, read)
    assert distance(written, read) == counted.substitutions + counted.insertions + counted.deletions


def test_texts_of_any_length_are_compared():
    assert distance("a" * 1000 + "b", "a" * 1000) == 1


def test_spelling_is_compared_not_how_it_is_stored():
    assert normalised(" cafe\u0301 \n au  lait ") == "café au lait"
