from collections import Counter

import numpy as np
import pytest

from training.items import Items


def drawn(items, random, times=4000):
    return Counter(items.draw(random) for _ in range(times))


def test_items_are_drawn_alike(random):
    found = drawn(Items([3, 7, 11, 2]), random)
    assert found.keys() == {2, 3, 7, 11}
    assert all(count == pytest.approx(1000, rel=0.15) for count in found.values())


def test_items_are_drawn_by_their_weights_in_the_whole_set(random):
    weights = np.array([9, 1, 0, 3, 0, 9], np.float32)
    found = drawn(Items([1, 2, 3, 4], weights), random)
    assert found.keys() == {1, 3}
    assert found[3] == pytest.approx(3 * found[1], rel=0.15)


def test_items_none_of_which_may_be_drawn_are_refused():
    with pytest.raises(ValueError, match="weight"):
        Items([1, 2], np.array([1, 0, 0], np.float32))
