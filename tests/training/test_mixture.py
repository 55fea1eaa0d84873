from itertools import islice

import numpy as np
import pytest
import torch

from crnn.alphabet import Alphabet
from training.mixture import InkSource, Mixture, StripSource, collate, pad
from training.samples import Sample


def strip(width, shade=200):
    return np.full((48, width), shade, np.uint8)


def texts_of(batch):
    return [
        Alphabet().decode(classes.tolist())
        for classes in torch.split(batch.targets, batch.target_lengths.tolist())
    ]


def mixture_of(words, seed=1, start=0):
    return Mixture([(InkSource(words, range(len(words))), 1.0)], 2000, seed, start)


def test_the_same_seed_gives_the_same_batches(words):
    one, two = (list(islice(mixture_of(words), 4)) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        assert torch.equal(a.strips, b.strips)
        assert torch.equal(a.targets, b.targets)


@pytest.mark.parametrize("other", [{"seed": 2}, {"start": 1}])
def test_another_seed_or_start_gives_others(words, other):
    one, two = next(iter(mixture_of(words))), next(iter(mixture_of(words, **other)))
    assert one.strips.shape != two.strips.shape or not torch.equal(one.strips, two.strips)


def test_a_batch_has_about_as_many_columns_as_asked_for(words):
    for batch in islice(mixture_of(words), 6):
        assert batch.strips.shape[0] * int(batch.widths.max()) <= 2000 or len(batch.strips) == 1
        assert batch.strips.shape[1:3] == (1, 48)


def test_sources_are_drawn_by_their_weights():
    named = [(StripSource([Sample(strip(60), text)]), weight) for text, weight in (("a", 3.0), ("b", 1.0))]
    texts = [text for batch in islice(Mixture(named, 1000, seed=4), 40) for text in texts_of(batch)]
    assert texts.count("a") / len(texts) == pytest.approx(0.75, abs=0.08)


def test_only_given_items_of_a_set_are_drawn(words, random):
    source = InkSource(words, [0, 3])
    assert {source.draw(random).text for _ in range(40)} == {"hello", "tall"}


@pytest.mark.parametrize(("text", "width"), [("abcdefgh", 31), ("aaaa", 27), ("a", 1500)])
def test_what_ctc_cannot_read_is_never_drawn(text, width):
    samples = [Sample(strip(width), text), Sample(strip(32), "b")]
    batch = next(iter(Mixture([(StripSource(samples), 1.0)], 1000, seed=1)))
    assert set(texts_of(batch)) == {"b"}


@pytest.mark.parametrize(("text", "width"), [("abcdefgh", 32), ("aaaa", 28), ("a", 1400)])
def test_what_ctc_can_just_read_is_drawn(text, width):
    batch = next(iter(Mixture([(StripSource([Sample(strip(width), text)]), 1.0)], 1000, seed=1)))
    assert set(texts_of(batch)) == {text}


def test_strips_are_laid_at_the_left_of_their_paper():
    padded = pad([strip(30), strip(41)])
    assert padded.shape == (2, 1, 48, 44)
    assert padded[0, 0, :, :30].min() == 200
    assert padded[0, 0, :, 30:].max() == 0


def test_a_batch_knows_its_texts_and_widths():
    batch = collate([Sample(strip(30), "cat"), Sample(strip(41), "été")])
    assert texts_of(batch) == ["cat", "été"]
    assert batch.widths.tolist() == [30, 41]
