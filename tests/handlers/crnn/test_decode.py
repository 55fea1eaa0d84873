from itertools import product

import numpy as np
import pytest

from crnn import decode


def certain(path, classes=4):
    """Steps that all but prove one path: (steps, classes)."""
    likely = np.full((len(path), classes), 1e-6)
    likely[np.arange(len(path)), path] = 1.0
    return np.log(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)


def doubtful(seed, steps=5, classes=4):
    likely = np.random.default_rng(seed).dirichlet(np.ones(classes), steps)
    likely = np.maximum(likely, 0.01)
    return np.log(likely / likely.sum(axis=1, keepdims=True)).astype(np.float32)


def every_text(steps):
    """The probability of each text, every path taken one by one."""
    count, classes = steps.shape
    texts = {}
    for path in product(range(classes), repeat=count):
        text = tuple(decode.merge(path))
        texts[text] = texts.get(text, 0.0) + float(np.exp(steps[np.arange(count), path].astype(float).sum()))
    return texts


def test_merging_drops_repeats_then_blanks():
    assert decode.merge([0, 3, 3, 0, 3]) == [3, 3]
    assert decode.merge([1, 1, 2, 2, 2, 1]) == [1, 2, 1]
    assert decode.merge([0, 0, 0]) == []
    assert decode.merge([]) == []


def test_the_best_path_takes_the_likeliest_class_of_each_step():
    assert decode.best_path(certain([0, 2, 2, 0, 2, 1])) == [2, 2, 1]


@pytest.mark.parametrize("seed", range(8))
def test_the_prefix_beam_finds_what_trying_every_path_finds(seed):
    steps = doubtful(seed)
    expected = every_text(steps)
    found = decode.prefix_beam(steps, width=2000, hopeless=0)
    assert {each.classes for each in found} == set(expected)
    for each in found:
        assert np.exp(each.log_probability) == pytest.approx(expected[each.classes], rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_beam_still_finds_the_likeliest_text(seed):
    steps = doubtful(seed, steps=6)
    expected = every_text(steps)
    assert decode.prefix_beam(steps, width=16)[0].classes == max(expected, key=expected.get)


def test_the_beam_adds_paths_up_where_the_best_path_does_not():
    steps = np.log(np.array([[0.6, 0.4], [0.6, 0.4]], dtype=np.float32))
    assert decode.best_path(steps) == []
    assert decode.prefix_beam(steps)[0].classes == (1,)


def test_the_beam_ranks_its_texts_best_first_and_each_once():
    found = decode.prefix_beam(doubtful(3, steps=12, classes=9), width=10)
    assert len(found) == 10
    assert len({each.classes for each in found}) == 10
    assert [each.log_probability for each in found] == sorted(
        (each.log_probability for each in found), reverse=True
    )


def test_the_beam_survives_hundreds_of_steps():
    [first, *_] = decode.prefix_beam(doubtful(5, steps=500, classes=12))
    assert np.isfinite(first.log_probability)


@pytest.mark.parametrize("seed", range(4))
def test_the_likelihood_of_a_text_is_the_sum_over_its_paths(seed):
    steps = doubtful(seed)
    expected = every_text(steps)
    found = np.exp(decode.log_likelihoods(steps, list(expected)))
    assert found == pytest.approx(list(expected.values()), rel=1e-4)


def test_a_likelihood_does_not_depend_on_the_texts_beside_it():
    steps = doubtful(3, steps=9)
    texts = [(), (1,), (1, 2, 3, 1), (2, 2)]
    alone = [decode.log_likelihoods(steps, [text])[0] for text in texts]
    assert decode.log_likelihoods(steps, texts) == pytest.approx(alone)


def test_a_text_longer_than_the_steps_has_no_likelihood():
    steps = doubtful(1, steps=2)
    assert np.exp(decode.log_likelihoods(steps, [[1, 2, 3], [1, 1]])).tolist() == [0, 0]


def test_nothing_at_all_is_as_likely_as_its_blanks():
    steps = doubtful(2)
    assert decode.log_likelihoods(steps, [[]]) == pytest.approx([float(steps[:, 0].sum())], rel=1e-5)


def test_alignment_says_which_steps_each_character_took():
    spans = decode.align(certain([0, 2, 2, 0, 2, 1]), [2, 2, 1])
    assert [(span.first, span.last) for span in spans] == [(1, 2), (4, 4), (5, 5)]


@pytest.mark.parametrize("seed", range(6))
def test_alignment_goes_along_the_likeliest_path_of_the_text(seed):
    steps = doubtful(seed, steps=6)
    text = max((text for text in every_text(steps) if len(text) == 2), key=every_text(steps).get)
    paths = [path for path in product(range(4), repeat=6) if tuple(decode.merge(path)) == text]
    best = max(paths, key=lambda path: steps[np.arange(6), path].sum())
    spans = decode.align(steps, text)
    taken = np.flatnonzero(best)
    assert spans[0].first == taken[0]
    assert spans[-1].last == taken[-1]
    assert spans[0].last < spans[1].first


def test_a_span_goes_from_the_first_step_to_the_last():
    steps = np.log(np.array([[0.1, 0.9], [0.3, 0.7], [0.8, 0.2]], dtype=np.float32))
    assert decode.align(steps, [1]) == [decode.Span(0, 1)]


def test_no_text_takes_no_steps():
    assert decode.align(doubtful(0), []) == []


def test_hopeless_prefixes_are_given_up():
    steps = certain([1, 0, 2])
    assert [each.classes for each in decode.prefix_beam(steps)] == [(1, 2)]
    assert len(decode.prefix_beam(steps, hopeless=0)) > 1


def test_where_anything_is_likely_only_the_likeliest_classes_are_followed():
    probabilities = np.linspace(1, 2, 41)
    steps = np.log(probabilities[None] / probabilities.sum()).astype(np.float32)
    found = decode.prefix_beam(steps, width=50)
    assert {each.classes for each in found} == {(), *((label,) for label in range(29, 41))}
