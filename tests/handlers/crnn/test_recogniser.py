from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from crnn import bundle, ink
from crnn.alphabet import Alphabet
from crnn.bundle import CHOICES
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS
from crnn.recogniser import stack
from crnn.strip import Strip
from tests import handwriting
from training import export


def strip_of(text):
    return ink.draw(ink.parse(handwriting.ink(text)))


def blank_strip(width=96, left=0.0, right=96.0):
    return Strip(np.zeros((48, width), np.uint8), left, right)


STRIPS = [strip_of(text) for text in ("hello", "i", "world", "hello world", "a", "hid", "tall tale")]


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_reading_does_not_depend_on_its_batch(recogniser, decoder):
    together = recogniser.read(STRIPS, decoder)
    for strip, reading in zip(STRIPS, together, strict=True):
        [alone] = recogniser.read([strip], decoder)
        assert alone.text == reading.text
        assert alone.confidence == pytest.approx(reading.confidence, rel=1e-3)
        assert [each.text for each in alone.alternatives] == [each.text for each in reading.alternatives]


def test_readings_come_in_the_order_of_their_strips(recogniser):
    forwards = [reading.text for reading in recogniser.read(STRIPS)]
    backwards = [reading.text for reading in recogniser.read(STRIPS[::-1])]
    assert forwards == backwards[::-1]


def test_more_strips_than_fit_one_batch_are_read(recogniser):
    wide = Strip(np.zeros((48, 2048), np.uint8), 8, 2040)
    assert len(recogniser.log_probabilities([wide] * 5)) == 5


@pytest.mark.parametrize("planes", [1, 4])
def test_a_network_sees_the_trace_where_it_looks_for_one_and_it_is_known(planes):
    drawn, plain = STRIPS[0], blank_strip()
    seen = stack([drawn, plain], planes)
    assert seen.shape[1] == planes
    assert seen[0, 0].any()
    assert bool(seen[0, 1:].any()) is (planes > 1)
    assert not seen[1].any()
    assert np.abs(seen).max() <= 1


@pytest.mark.parametrize("engine", CHOICES)
def test_the_trace_counts_in_what_is_read(tmp_path, engine):
    torch.manual_seed(5)
    network = CRNN(Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, planes=4)).eval()
    nn.init.normal_(network.head.weight, std=1000)  # or the difference that it makes is lost in rounding
    checkpoint = Checkpoint(network, Alphabet())
    checkpoint.save(tmp_path / bundle.WEIGHTS)
    export.export(checkpoint, tmp_path / bundle.OPTIMISED)
    recogniser = bundle.load(tmp_path, engine)
    [with_it, without] = recogniser.log_probabilities([STRIPS[0], replace(STRIPS[0], trace=None)])
    assert np.abs(with_it - without).max() > 0.01


def test_no_strips_give_no_readings(recogniser):
    assert recogniser.read([]) == []


@pytest.mark.parametrize("decoder", DECODERS)
def test_alternatives_are_others_best_first_and_at_most_five(recogniser, decoder):
    for reading in recogniser.read(STRIPS, decoder):
        texts = [each.text for each in reading.alternatives]
        confidences = [each.confidence for each in reading.alternatives]
        assert len(texts) <= 5
        assert reading.text not in texts
        assert len(set(texts)) == len(texts)
        assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("decoder", DECODERS)
def test_confidences_lie_in_0_to_1(recogniser, decoder):
    for reading in recogniser.read(STRIPS, decoder):
        all_of_them = (reading, *reading.alternatives, *reading.characters)
        assert all(0 <= each.confidence <= 1 for each in all_of_them)


@pytest.mark.parametrize("decoder", DECODERS)
def test_characters_spell_the_text_and_lie_side_by_side_from_0_to_1(recogniser, decoder):
    for reading in recogniser.read(STRIPS, decoder):
        assert "".join(character.text for character in reading.characters) == reading.text
        assert reading.characters[0].start == 0
        assert reading.characters[-1].end == 1
        assert all(one.end == two.start for one, two in pairwise(reading.characters))
        assert all(character.start <= character.end for character in reading.characters)


def test_it_reads_what_the_network_says(saying):
    recogniser = saying({}, {"c": 0.9}, {}, {"a": 0.8}, {}, {"t": 0.95})
    [reading] = recogniser.read([blank_strip()])
    assert reading.text == "cat"
    assert reading.confidence == pytest.approx(0.9 * 0.8 * 0.95, abs=0.01)
    assert [each.confidence for each in reading.characters] == pytest.approx([0.9, 0.8, 0.95], abs=0.01)


def test_a_doubtful_letter_gives_alternatives(saying):
    recogniser = saying({"c": 1}, {}, {"a": 0.6, "o": 0.4}, {}, {"t": 1})
    [reading] = recogniser.read([blank_strip()])
    assert reading.text == "cat"
    assert reading.alternatives[0].text == "cot"
    assert reading.alternatives[0].confidence == pytest.approx(0.4, abs=0.01)


def test_a_doubtful_strip_is_looked_at_wider_and_narrower(saying):
    recogniser, widths = saying({"c": 1}, {}, {"a": 0.6, "o": 0.4}, {}, {"t": 1}), []
    engine = recogniser._engine
    recogniser._engine = Watched(engine, widths)
    recogniser.read([blank_strip(200)], "beam")
    assert widths == [224, 256, 160, 288]
    widths.clear()
    recogniser.read([blank_strip(200)], "best-path")
    assert widths == [224, 256, 160]


class Watched:
    """Notes how wide the strips are that an engine is asked for."""

    planes = 1
    together = True

    def __init__(self, engine, widths):
        self.engine, self.widths = engine, widths

    def __call__(self, strips):
        self.widths.append(strips.shape[3])
        return self.engine(strips)


def test_letters_meet_halfway_between_their_steps(saying):
    steps = [{}] * 24
    steps[4] = steps[5] = {"o": 1}
    steps[14] = {"k": 1}
    [reading] = saying(*steps).read([blank_strip(96)])
    o, k = reading.characters
    assert o.end == k.start == pytest.approx(((5 + 14 + 1) / 2 * 4) / 96)


def test_places_are_fractions_of_the_source_and_not_of_the_strip(saying):
    steps = [{}] * 24
    steps[8], steps[15] = {"o": 1}, {"k": 1}
    [reading] = saying(*steps).read([blank_strip(96, left=24, right=72)])
    assert reading.characters[0].end == pytest.approx(0.5)


def test_a_double_letter_is_read_twice(saying):
    [reading] = saying({"o": 1}, {}, {"o": 1}, {"f": 1}, {}, {"f": 1}).read([blank_strip()])
    assert reading.text == "ooff"
    assert len(reading.characters) == 4


@pytest.mark.parametrize("decoder", DECODERS)
def test_ink_is_never_read_as_nothing(saying, decoder):
    [reading] = saying({}, {"x": 0.001}, {" ": 0.01}).read([blank_strip()], decoder)
    assert reading.text == "x"
    assert 0 <= reading.confidence < 0.01
    assert [each.text for each in reading.characters] == ["x"]


@pytest.mark.parametrize("decoder", DECODERS)
def test_needless_spaces_are_dropped(saying, decoder):
    steps = [{" ": 1}, {"a": 1}, {" ": 1}, {}, {" ": 1}, {"b": 1}, {" ": 1}]
    [reading] = saying(*steps).read([blank_strip()], decoder)
    assert reading.text == "a b"


def test_texts_that_differ_in_needless_spaces_are_one(saying):
    [reading] = saying({"a": 1}, {}, {" ": 0.5}).read([blank_strip()])
    assert reading.text == "a"
    assert reading.confidence == pytest.approx(1, abs=0.01)
    assert "a" not in [each.text for each in reading.alternatives]
