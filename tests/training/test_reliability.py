import numpy as np
import pytest
from PIL import Image

from training.reliability import BINS, draw, measure


def test_confidences_that_hold_have_no_error():
    assert measure([0.8] * 10, [True] * 8 + [False] * 2).ece == pytest.approx(0)


def test_the_error_is_the_mean_gap_between_confidence_and_truth():
    assert measure([0.9, 0.9, 0.1, 0.1], [True, False, False, False]).ece == pytest.approx((0.4 + 0.1) / 2)


def test_gaps_of_one_bin_make_up_for_each_other():
    assert measure([0.5, 0.5], [True, False]).ece == pytest.approx(0)


def test_there_are_fifteen_bins_from_nothing_to_certainty():
    reliability = measure([0, 0.0666, 0.0667, 1], [False, False, False, True])
    assert len(reliability.counts) == BINS == 15
    assert reliability.counts[[0, 1, 14]].tolist() == [2, 1, 1]
    assert np.isnan(reliability.rights[7])


def test_without_readings_nothing_is_known():
    assert measure([], []).ece is None


@pytest.mark.parametrize("confidences", [[], [0.2, 0.9]])
def test_the_diagram_is_a_picture(tmp_path, confidences):
    path = tmp_path / "reliability.png"
    draw(measure(confidences, [True] * len(confidences)), "a set with $5$ and é", path)
    with Image.open(path) as picture:
        assert picture.size[0] > 500
