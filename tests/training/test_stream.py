from itertools import islice

import pytest
import torch

from tests.training.learners import dropping, run_in, same
from training.items import Items
from training.mixture import InkSource, Mixture
from training.stream import Position, stream

pytestmark = pytest.mark.usefixtures("one_thread")
START = Position()


@pytest.fixture(scope="module")
def mixture(words):
    return Mixture([(InkSource(words, Items(range(len(words)))), 1.0)], 4000, seed=1)


def taken(mixture, count, start=START, workers=1):
    return list(islice(stream(mixture, start, workers), count))


def alike(one, two):
    return all(
        after == other_after
        and torch.equal(batch.strips, other.strips)
        and torch.equal(batch.targets, other.targets)
        for (batch, after), (other, other_after) in zip(one, two, strict=True)
    )


@pytest.fixture(scope="module")
def row(mixture):
    """The batches of the first pool, and a few of the next."""
    return taken(mixture, len(mixture[0]) + 3)


def test_it_gives_the_batches_of_each_pool_in_turn(mixture, row):
    batches = [*mixture[0], *mixture[1][:3]]
    assert all(
        torch.equal(batch.strips, other.strips) for (batch, _), other in zip(row, batches, strict=True)
    )


def test_each_batch_comes_with_the_position_after_it(mixture, row):
    size = len(mixture[0])
    first = [Position(0, index) for index in range(1, size + 1)]
    assert [after for _, after in row] == [*first, Position(1, 1), Position(1, 2), Position(1, 3)]


def test_any_number_of_workers_gives_the_same(mixture, row):
    assert alike(row, taken(mixture, len(row), workers=2))


def test_it_goes_on_in_the_middle_of_a_pool(mixture, row):
    assert alike(row[2:], taken(mixture, len(row) - 2, start=row[1][1]))


def test_it_goes_on_after_the_last_batch_of_a_pool(mixture, row):
    whole = len(mixture[0])
    assert alike(row[whole:], taken(mixture, 3, start=row[whole - 1][1], workers=2))


def test_drawing_takes_nothing_of_the_network_s_chance(mixture):
    before = torch.get_rng_state()
    taken(mixture, 1)
    assert torch.equal(torch.get_rng_state(), before)


def learn(run, mixture, steps, workers=1):
    for batch, after in taken(mixture, steps, run.progress.position, workers):
        run.step(batch, after)
    return run


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_a_run_that_is_interrupted_ends_with_the_weights_of_one_that_is_not(mixture, tmp_path, share):
    whole = learn(run_in(tmp_path / "whole", **dropping(share)), mixture, 7)
    part = learn(run_in(tmp_path / "part", **dropping(share)), mixture, 4)
    part.save()
    resumed = learn(run_in(tmp_path / "part", **dropping(share)), mixture, 3, workers=2)
    assert resumed.progress.position == whole.progress.position
    assert same(resumed, whole)
