import numpy as np
import pytest
import torch

from crnn.alphabet import Alphabet
from training.items import Items
from training.mixture import InkSource, Mixture, StripSource, collate, pad
from training.samples import Sample


def strip(width, shade=200):
    return np.full((48, width), shade, np.uint8)


def texts_of(batch):
    return [
        Alphabet().decode(classes.tolist())
        for classes in torch.split(batch.targets, batch.target_lengths.tolist())
    ]


def mixture_of(words, seed=1):
    return Mixture([(InkSource(words, Items(range(len(words)))), 1.0)], 2000, seed)


def mixture_of_strips(*samples):
    return Mixture([(StripSource(samples), 1.0)], 1000, seed=1)


def alike(one, two):
    return len(one) == len(two) and all(
        torch.equal(a.strips, b.strips) and torch.equal(a.targets, b.targets)
        for a, b in zip(one, two, strict=True)
    )


def test_a_pool_depends_on_its_seed_and_number_alone(words):
    mixture = mixture_of(words)
    second = mixture[1]
    assert alike(mixture[1], second)
    assert alike(mixture_of(words)[1], second)


def test_another_seed_or_number_gives_another_pool(words):
    first = mixture_of(words)[0]
    assert not alike(mixture_of(words, seed=2)[0], first)
    assert not alike(mixture_of(words)[1], first)


@pytest.mark.parametrize(("columns", "samples"), [(1000, 384), (40_000, 3200)])
def test_a_pool_fills_several_batches(columns, samples):
    pool = Mixture([(StripSource([Sample(strip(60), "a")]), 1.0)], columns, seed=1)[0]
    assert sum(len(batch.strips) for batch in pool) == samples
    assert len(pool) > 4


def test_the_strips_of_a_batch_are_about_as_wide_as_each_other(words):
    pool = mixture_of(words)[0]
    spreads = [int(batch.widths.max() - batch.widths.min()) for batch in pool]
    widths = torch.cat([batch.widths for batch in pool])
    assert np.median(spreads) < 0.2 * int(widths.max() - widths.min())


def test_the_batches_of_a_pool_come_in_no_order_of_width(words):
    widest = [int(batch.widths.max()) for batch in mixture_of(words)[0]]
    assert widest not in (sorted(widest), sorted(widest, reverse=True))


def test_a_batch_has_about_as_many_columns_as_asked_for(words):
    for batch in mixture_of(words)[0]:
        assert batch.strips.shape[0] * int(batch.widths.max()) <= 2000 or len(batch.strips) == 1
        assert batch.strips.shape[1:3] == (4, 48)


def test_sources_are_drawn_by_their_weights():
    named = [(StripSource([Sample(strip(60), text)]), weight) for text, weight in (("a", 3.0), ("b", 1.0))]
    texts = [text for batch in Mixture(named, 1000, seed=4)[0] for text in texts_of(batch)]
    assert texts.count("a") / len(texts) == pytest.approx(0.75, abs=0.08)


def test_only_given_items_of_a_set_are_drawn(words, random):
    source = InkSource(words, Items([0, 3]))
    assert {source.draw(random).text for _ in range(40)} == {"hello", "tall"}


@pytest.mark.parametrize(("text", "width"), [("abcdefgh", 31), ("aaaa", 27), ("a", 1751)])
def test_what_ctc_cannot_read_is_never_drawn(text, width):
    pool = mixture_of_strips(Sample(strip(width), text), Sample(strip(32), "b"))[0]
    assert {each for batch in pool for each in texts_of(batch)} == {"b"}


@pytest.mark.parametrize(("text", "width"), [("abcdefgh", 32), ("aaaa", 28), ("a", 1750)])
def test_what_ctc_can_just_read_is_drawn(text, width):
    batch = mixture_of_strips(Sample(strip(width), text))[0][0]
    assert set(texts_of(batch)) == {text}


def test_strips_are_laid_at_the_left_of_their_paper():
    trace = np.full((3, 48, 41), -7, np.int16)
    padded = pad([Sample(strip(30), "a"), Sample(strip(41), "b", trace)])
    assert padded.shape == (2, 4, 48, 44)
    assert padded[0, 0, :, :30].min() == 200
    assert padded[0, 0, :, 30:].max() == 0
    assert not padded[0, 1:].any()
    assert (padded[1, 1:, :, :41] == -7).all()


def test_a_batch_knows_its_texts_and_widths():
    batch = collate([Sample(strip(30), "cat"), Sample(strip(41), "été")])
    assert texts_of(batch) == ["cat", "été"]
    assert batch.widths.tolist() == [30, 41]
