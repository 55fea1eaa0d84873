import numpy as np
import pytest

from crnn import language
from crnn.alphabet import Alphabet
from crnn.decode import expectation
from tests.training.sets import write_data
from training import language as languages
from training.language import PARTS, joined, learn, save

ALPHABET = Alphabet()
ENGLISH = ["the tide is late here", "the hat", "the other hand"] * 5


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def few_codes(monkeypatch):
    """Make up as many codes and letters as a test needs."""
    monkeypatch.setattr(languages, "_CODES", 600)


def known(texts, order, folder):
    """Languages of one language, learnt from these texts."""
    save({"one": learn(joined(texts, ALPHABET), order)}, folder / "language.npz")
    return language.load(folder / "language.npz", ALPHABET)


def chances(loaded, before):
    place = loaded.start()
    for label in ALPHABET.encode(before):
        place = loaded.next(place, label)
    return place.probabilities


def test_texts_stand_apart_with_a_space_around_each():
    space, a, b = ALPHABET.encode(" ab")
    assert joined(["a", "b"], ALPHABET).tolist() == [255, space, a, space, 255, space, b, space]


@pytest.mark.parametrize("order", [4, 7])
@pytest.mark.parametrize("before", ["", "t", "the", "zq", "zq ", "the tide is late here"])
def test_probabilities_add_up_to_1_and_leave_nothing_out(tmp_path, before, order):
    probabilities = chances(known([*ENGLISH, "a", "I"], order, tmp_path), before)
    assert probabilities.sum() == pytest.approx(1, abs=0.02)
    assert probabilities[0] == 0
    assert probabilities[1:].min() > 0


def test_what_was_seen_is_likelier_than_what_was_not(tmp_path):
    h, x = ALPHABET.encode("hx")
    probabilities = chances(known(ENGLISH, 4, tmp_path), "t")
    assert probabilities[h] > 20 * probabilities[x]


def test_the_commonest_first_letter_of_texts_is_known(tmp_path):
    t, o = ALPHABET.encode("to")
    probabilities = chances(known(["tea"] * 20 + ["oak"], 4, tmp_path), "")
    assert probabilities[t] > 10 * probabilities[o]


def test_the_commonest_first_letter_of_words_is_known_after_any_word(tmp_path):
    t, o = ALPHABET.encode("to")
    probabilities = chances(known(["in tea"] * 20 + ["in oak"], 4, tmp_path), "zq ")
    assert probabilities[t] > 10 * probabilities[o]


def test_the_commonest_second_letter_of_words_is_known(tmp_path):
    e, a = ALPHABET.encode("ea")
    probabilities = chances(known(["in tea"] * 20 + ["in tan"], 5, tmp_path), "t")
    assert probabilities[e] > 10 * probabilities[a]


@pytest.mark.parametrize("others", [[], ["hello world"]])
def test_a_text_shorter_than_the_order_counts(tmp_path, others):
    loaded = known(["at"] * 20 + others, 7, tmp_path)
    t, space = ALPHABET.encode("t ")
    assert chances(loaded, "a")[t] > 0.9
    assert chances(loaded, "at")[space] > 0.9


def test_a_space_is_not_what_is_expected_where_nothing_is_known(tmp_path):
    probabilities = chances(known(["a b c d e"] * 20, 4, tmp_path), "z")
    assert probabilities[ALPHABET.encode(" ")] < 0.6


def test_no_text_runs_on_into_the_next(tmp_path):
    loaded = known(["ab", "cd"] * 5, 4, tmp_path)
    c, space = ALPHABET.encode("c ")
    assert chances(loaded, "ab")[space] > 10 * chances(loaded, "ab")[c]


def test_an_unseen_context_says_what_its_end_says(tmp_path):
    loaded = known(ENGLISH, 4, tmp_path)
    assert chances(loaded, "@th") == pytest.approx(chances(loaded, "!th"))


def test_long_rare_rows_are_left_out():
    once = learn(joined(["abcdefgh"], ALPHABET), 6)
    assert len(once[2].labels) > 0
    assert len(once[4].labels) == 0


def test_each_length_keeps_as_many_counts_as_contexts():
    for grams in learn(joined(ENGLISH, ALPHABET), 5):
        assert len(grams.contexts) == len(grams.counts)
        assert grams.counts.sum() == len(grams.labels) == len(grams.shares)
        assert (np.diff(grams.contexts.astype(np.int64)) > 0).all()
    assert set(PARTS) < set(vars(grams))


def test_a_data_folder_gives_every_language(data_folder, few_codes, tmp_path):
    languages.build(data_folder, tmp_path / "language.npz")
    loaded = language.load(tmp_path / "language.npz", ALPHABET)
    guide = language.LanguageGuide(loaded, weight=1, bonus=0)
    assert expectation(guide, ALPHABET.encode("hole")) > expectation(guide, ALPHABET.encode("hxqe"))
    assert set(languages.texts(data_folder)) == set(languages.ORDERS)


def test_held_out_pages_teach_no_language(data_folder, few_codes):
    assert set(languages.texts(data_folder)["french"]) == {"hello"}
