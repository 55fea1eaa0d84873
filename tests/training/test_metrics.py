import jiwer
import pytest

from training.metrics import count, normalise, score


def test_what_is_read_right_has_no_errors():
    scores = score(["hello", "été"], ["hello", "été"])
    assert (scores.cer, scores.wer, scores.exact, scores.n) == (0, 0, 1, 2)


def test_rates_are_total_edits_over_total_length():
    scores = score(["a", "bcdefghij"], ["x", "bcdefghij"])
    assert scores.cer == pytest.approx(1 / 10)
    assert scores.wer == pytest.approx(1 / 2)
    assert scores.exact == 0.5


def test_substitutions_deletions_and_insertions_each_count_one():
    assert score(["cat"], ["cut"]).cer == pytest.approx(1 / 3)
    assert score(["cat"], ["ct"]).cer == pytest.approx(1 / 3)
    assert score(["cat"], ["cart"]).cer == pytest.approx(1 / 3)


def test_rates_may_pass_1():
    scores = score(["a"], ["b c d"])
    assert scores.cer == 5
    assert scores.wer == 3


def test_accents_are_compared_composed():
    assert score(["e\u0301te\u0301"], ["été"]).cer == 0
    assert score(["été"], ["ete"]).cer == pytest.approx(2 / 3)


def test_white_space_is_collapsed():
    assert score(["  to   be "], ["to\tbe"]).exact == 1
    assert normalise(" a \n b ") == "a b"


def test_case_is_kept():
    assert score(["Paris"], ["paris"]).cer == pytest.approx(1 / 5)


def test_what_is_read_empty_has_all_characters_wrong():
    scores = score(["cat", "dog"], ["", "dog"])
    assert scores.cer == pytest.approx(1 / 2)
    assert scores.wer == pytest.approx(1 / 2)
    assert scores.exact == 0.5


def test_an_empty_reference_adds_only_what_was_read_on_it():
    scores = score(["", "cat"], ["ab", "cat"])
    assert scores.cer == pytest.approx(2 / 3)
    assert scores.wer == 1
    assert scores.exact == 0.5


def test_an_empty_reference_read_empty_is_exact():
    assert score(["", "cat"], ["", "cat"]).exact == 1


@pytest.mark.parametrize("written", [[], [""], [" "]])
def test_without_any_text_there_is_nothing_to_compare(written):
    with pytest.raises(ValueError, match="no text"):
        score(written, [""] * len(written))


def test_every_text_needs_its_reading():
    with pytest.raises(ValueError, match=r"shorter|longer"):
        score(["a", "b"], ["a"])


def test_edits_and_lengths_are_counted_item_by_item():
    counts = count(["cat", "to be", "a"], ["cut", "to", "a"])
    assert counts.character_edits.tolist() == [1, 3, 0]
    assert counts.characters.tolist() == [3, 5, 1]
    assert counts.word_edits.tolist() == [1, 1, 0]
    assert counts.words.tolist() == [1, 2, 1]
    assert counts.exact.tolist() == [False, False, True]


def test_the_counts_add_up_to_what_jiwer_says():
    written, read = ["kitten", "the cat sat", "", "abc"], ["sitting", "a cat at", "x", ""]
    assert score(written, read).cer == pytest.approx(jiwer.cer(written, read))
    assert score(written, read).wer == pytest.approx(jiwer.wer(written, read))
