"""Values without a source were computed with SciPy, or are counted out here."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pymano.rollout.statistics import Tally, effective, longer, more_often, quantile, ratio, share


def bounds(estimate):
    return (estimate.low, estimate.high)


# Newcombe (1998), table I.
@pytest.mark.parametrize(
    ("happened", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval(happened, of, low, high):
    assert bounds(share(Tally(happened, of))) == pytest.approx((low, high), abs=5e-5)


def test_all_of_all_is_bounded_from_below():
    assert share(Tally(20, 20)).high == 1
    assert share(Tally(20, 20)).low == pytest.approx(1 - 0.1611, abs=5e-5)


def test_of_nothing_nothing_is_estimated():
    assert share(Tally(0, 0)) is None
    assert quantile([], 0.5) is None
    assert ratio([], Random(1)) is None
    assert ratio([(0, 0), (0, 0)], Random(1)) is None


# The ranks in tables of the sign test, e.g. Conover: 95 % for the median.
@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (100, 40, 61)])
def test_the_median_lies_between_two_of_the_values(n, low, high):
    values = list(range(1, n + 1))
    assert bounds(quantile(values, 0.5)) == (low, high)


def test_few_values_bound_nothing():
    assert bounds(quantile([1, 2, 3], 0.5)) == (None, None)


def test_far_out_it_takes_many_values_to_bound():
    assert quantile(range(367), 0.99).high is None
    assert quantile(range(368), 0.99).high == 367


@pytest.mark.parametrize("fraction", [0.5, 0.99])
def test_nineteen_of_twenty_intervals_hold_the_quantile(fraction):
    random, held = Random(7), 0
    for _ in range(400):
        low, high = bounds(quantile(sorted(random.random() for _ in range(500)), fraction))
        held += low <= fraction <= high
    assert held >= 0.93 * 400


def test_a_ratio_is_of_sums():
    assert ratio([(1, 10), (0, 30)], Random(1)).value == 1 / 40


def test_a_ratio_of_one_pair_is_unbounded():
    assert bounds(ratio([(1, 10)], Random(1))) == (None, None)


def test_nine_of_ten_bootstrap_intervals_hold_the_ratio():
    """The percentile bootstrap is known to be a little short of 95 %."""
    random, held = Random(3), 0
    for _ in range(100):
        parts = [(sum(random.random() < 0.1 for _ in range(20)), 20) for _ in range(40)]
        low, high = bounds(ratio(parts, random))
        held += low <= 0.1 <= high
    assert held >= 90


def counted_out(usual, tried):
    """Deal the marks in every way, and count those that give the second as many."""
    total, marks = int(usual.of + tried.of), int(usual.happened + tried.happened)
    deals = [sum(place < tried.of for place in deal) for deal in combinations(range(total), marks)]
    return sum(dealt >= tried.happened for dealt in deals) / len(deals)


@given(st.tuples(*[st.integers(0, 6)] * 4))
def test_fishers_test_counts_all_deals(counts):
    usual, tried = Tally(min(counts[0], counts[1]), counts[1]), Tally(min(counts[2], counts[3]), counts[3])
    assert more_often(usual, tried) == pytest.approx(counted_out(usual, tried))


def test_fishers_tea_with_milk():
    """The Design of Experiments: three of four cups told right, and one of four wrong."""
    assert more_often(Tally(1, 4), Tally(3, 4)) == pytest.approx(17 / 70)


def test_fishers_test_of_many():
    assert more_often(Tally(100, 10_000), Tally(20, 1000)) == pytest.approx(0.0055920442)


def test_the_textbooks_mann_whitney():
    """Ages of diabetics when they were diagnosed, the example of SciPy's documentation."""
    women, men = [20, 11, 17, 12], [19, 22, 16, 29, 24]
    assert longer([(women, men)]) == pytest.approx(0.0432053665)


def test_ties_share_their_ranks():
    usual, tried = [10.0, 20.0, 20.0, 30.0, 30.0], [20.0, 30.0, 30.0, 40.0]
    assert longer([(usual, tried)]) == pytest.approx(0.0962674567)


def test_strata_are_compared_apart():
    """The second is no slower at either kind, but is asked for more of the slow kind."""
    fast, slow = [10.0, 11.0, 12.0, 13.0], [100.0, 110.0, 120.0, 130.0]
    usual, tried = fast * 9 + slow, fast + slow * 9
    assert longer([(usual, tried)]) < 1e-6
    assert longer([(fast * 9, fast), (slow, slow * 9)]) == pytest.approx(0.5)


def test_without_anything_to_compare_nothing_is_found():
    assert longer([]) == 1
    assert longer([([], [1.0, 2.0])]) == 1
    assert longer([([5.0] * 9, [5.0] * 9)]) == 1
    assert more_often(Tally(0, 0), Tally(0, 0)) == 1


def test_false_alarms_are_as_rare_as_promised():
    random = Random(5)
    alarms = sum(
        longer([([random.gauss(0, 1) for _ in range(40)], [random.gauss(0, 1) for _ in range(20)])]) < 0.05
        for _ in range(1000)
    )
    assert 30 <= alarms <= 70


def test_people_who_are_alike_count_as_their_readings():
    alike = [Tally(2, 20)] * 10
    assert effective(alike) == Tally(20, 200)


def test_one_person_who_does_it_all_counts_for_little():
    one_of_ten = [Tally(20, 20), *[Tally(0, 20)] * 9]
    counted = effective(one_of_ten)
    assert counted.share == pytest.approx(0.1)
    assert counted.of == pytest.approx(200 / (10 / 9 * (18**2 + 9 * 2**2) / (200 * 0.09)))


def test_of_one_person_it_is_not_known_how_people_differ():
    assert effective([Tally(5, 20), Tally(0, 0)]) == Tally(5, 20)
