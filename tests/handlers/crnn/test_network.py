from dataclasses import replace

import pytest
import torch

from crnn.network import CRNN, Architecture, Refinement, steps_of
from crnn.strip import STRIDE

SMALL = Architecture(classes=7, channels=(4, 4, 6, 6, 8), hidden=8, layers=1)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return CRNN(SMALL).eval()


@pytest.mark.parametrize("width", [24, 32, 64, 333, 2048])
def test_it_answers_a_step_for_every_four_columns(network, width):
    with torch.inference_mode():
        answer = network(torch.rand(2, 1, 48, width))
    assert answer.shape == (steps_of(width), 2, 7)
    assert abs(steps_of(width) - width / STRIDE) <= 1


def test_it_answers_logarithms_of_probabilities(network):
    with torch.inference_mode():
        answer = network(torch.rand(1, 1, 48, 64))
    assert torch.allclose(answer.exp().sum(dim=2), torch.ones(16, 1), atol=1e-5)


def test_each_strip_of_a_batch_is_read_by_itself(network):
    strips = torch.rand(3, 1, 48, 64)
    with torch.inference_mode():
        together = network(strips)
        alone = torch.cat([network(strip[None]) for strip in strips], dim=1)
    assert torch.allclose(together, alone, atol=1e-5)


def test_its_height_may_be_another():
    network = CRNN(Architecture(classes=5, height=64, channels=(4, 4, 6, 6, 8), hidden=8, layers=1)).eval()
    assert network(torch.rand(1, 1, 64, 32)).shape == (8, 1, 5)


def test_evaluation_has_no_chance_in_it(network):
    strip = torch.rand(1, 1, 48, 64)
    with torch.inference_mode():
        assert torch.equal(network(strip), network(strip))


def test_a_new_refinement_adds_nothing_and_a_taught_one_does():
    torch.manual_seed(0)
    refinement = Refinement(16, dropout=0.0).eval()
    x = torch.rand(5, 2, 16)
    assert torch.equal(refinement(x), x)
    torch.nn.init.normal_(refinement.lstm.weight_ih_l0)
    assert not torch.allclose(refinement(x), x, atol=1e-3)


def test_refinements_are_part_of_the_answer(network):
    refined = CRNN(replace(SMALL, refinements=2)).eval()
    assert not refined.load_state_dict(network.state_dict(), strict=False).unexpected_keys
    strips = torch.rand(2, 1, 48, 64)
    with torch.inference_mode():
        assert torch.equal(refined(strips), network(strips))
        torch.nn.init.normal_(refined.refinements[1].lstm.weight_ih_l0)
        assert not torch.allclose(refined(strips), network(strips), atol=1e-3)
