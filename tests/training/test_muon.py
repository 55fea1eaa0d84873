from copy import deepcopy

import pytest
import torch
from torch import nn

from training.muon import Muon, orthogonal


@pytest.fixture(autouse=True)
def chance():
    torch.manual_seed(3)


@pytest.mark.parametrize("shape", [(8, 32), (32, 8), (16, 16), (1, 9)])
def test_singular_values_come_near_one(shape):
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape) * 40))
    assert values.min() > 0.5
    assert values.max() < 1.3


def test_singular_vectors_stay():
    matrix = torch.randn(6, 10)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    turned = u.T @ orthogonal(matrix) @ v.T
    assert torch.allclose(turned, torch.diag(turned.diagonal()), atol=1e-3)


def test_nothing_stays_nothing():
    assert torch.equal(orthogonal(torch.zeros(3, 5)), torch.zeros(3, 5))


def test_kernels_keep_their_shape_and_memory_format():
    convolution = nn.Conv2d(8, 4, 3).to(memory_format=torch.channels_last)
    before = convolution.weight.detach().clone()
    optimiser = Muon([convolution.weight], lr=0.1)
    strips = torch.rand(2, 8, 9, 9).to(memory_format=torch.channels_last)
    convolution(strips).square().sum().backward()
    optimiser.step()
    assert convolution.weight.shape == (4, 8, 3, 3)
    assert convolution.weight.is_contiguous(memory_format=torch.channels_last)
    assert not torch.equal(convolution.weight, before)


def test_a_kernel_moves_as_the_matrix_that_it_is_flattened_to():
    kernel = nn.Parameter(torch.randn(4, 2, 3, 3).to(memory_format=torch.channels_last))
    matrix = nn.Parameter(kernel.detach().flatten(1).clone())
    gradient = torch.randn(4, 2, 3, 3)
    kernel.grad = gradient.to(memory_format=torch.channels_last)
    matrix.grad = gradient.flatten(1)
    for weight in (kernel, matrix):
        Muon([weight], lr=0.1).step()
    assert torch.allclose(kernel.flatten(1), matrix, atol=1e-6)


def test_a_small_problem_is_learnt():
    wanted = torch.randn(6, 10)
    weight = nn.Parameter(torch.zeros(6, 10))
    optimiser = Muon([weight], lr=0.1, weight_decay=0.0)
    for step in range(200):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 200)
        optimiser.zero_grad()
        (weight - wanted).square().mean().backward()
        optimiser.step()
    assert (weight - wanted).abs().max() < 0.05


def test_weights_decay_and_those_without_gradient_stay():
    moved, still = (nn.Parameter(torch.ones(2, 2)) for _ in range(2))
    moved.grad = torch.zeros(2, 2)
    Muon([moved, still], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(moved, torch.full((2, 2), 0.95))
    assert torch.equal(still, torch.ones(2, 2))


def moved(weight, optimiser, gradients):
    for gradient in gradients:
        weight.grad = gradient.clone()
        optimiser.step()
    return weight.detach().clone()


def test_its_state_can_be_saved_and_taken_up_again():
    gradients = [torch.randn(3, 5) for _ in range(4)]
    weight = nn.Parameter(torch.ones(3, 5))
    optimiser = Muon([weight], lr=0.1)
    middle = moved(weight, optimiser, gradients[:2])
    state = deepcopy(optimiser.state_dict())
    again = nn.Parameter(middle.clone())
    resumed = Muon([again], lr=9.0)
    resumed.load_state_dict(state)
    assert torch.equal(moved(again, resumed, gradients[2:]), moved(weight, optimiser, gradients[2:]))
