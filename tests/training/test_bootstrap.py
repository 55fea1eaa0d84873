import numpy as np
import pytest

from training.bootstrap import Ratio, estimate, groups


def ratio(parts, wholes=None):
    return Ratio(np.array(parts), np.ones(len(parts)) if wholes is None else np.array(wholes))


def of(score, group_of, seed=1):
    return estimate({"score": score}, group_of, np.random.default_rng(seed))["score"]


def test_the_value_is_that_of_the_whole_set():
    assert of(ratio([1, 0, 3], [2, 4, 6]), None).value == pytest.approx(4 / 12)


def test_the_interval_holds_the_value_and_is_as_wide_as_theory_says():
    right = np.random.default_rng(0).random(2000) < 0.3
    score = of(ratio(right), None)
    assert score.low < score.value < score.high
    assert score.high - score.low == pytest.approx(2 * 1.96 * np.sqrt(0.3 * 0.7 / 2000), rel=0.1)


def test_writers_who_differ_widen_the_interval():
    right = np.repeat([1, 0, 1, 1, 0, 1, 0, 0, 1, 1], 50)
    writers = groups([f"writer-{number // 50}" for number in range(500)])
    by_writer, by_item = of(ratio(right), writers), of(ratio(right), None)
    assert by_writer.value == by_item.value == pytest.approx(0.6)
    assert by_writer.high - by_writer.low > 3 * (by_item.high - by_item.low)


def test_all_scores_come_from_the_same_draws():
    twice = estimate({"a": ratio([1, 0, 2]), "b": ratio([1, 0, 2])}, None, np.random.default_rng(1))
    assert twice["a"] == twice["b"]


def test_the_same_seed_gives_the_same_interval():
    score = ratio(np.arange(50) % 3 == 0)
    assert of(score, None) == of(score, None)
    assert of(score, None) != of(score, None, seed=2)


def test_draws_in_which_nothing_was_written_are_passed_over():
    score = of(ratio([1, 0, 0], [2, 0, 0]), None)
    assert (score.value, score.low, score.high) == (0.5, 0.5, 0.5)


def test_items_are_grouped_by_their_writers():
    alice, bob, again = groups(["alice", "bob", "alice"])
    assert alice == again != bob


@pytest.mark.parametrize("writers", [["alice", None], [None, None], ["alice", "alice"]])
def test_without_two_known_writers_there_are_no_groups(writers):
    assert groups(writers) is None
