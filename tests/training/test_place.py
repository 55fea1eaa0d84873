import os

import pytest
import torch

from training.place import Place


@pytest.fixture
def machine(monkeypatch):
    """Make this machine another one."""

    def become(cores, cuda=False, **capabilities):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
        return Place.here()

    return become


def test_a_gpu_is_taken_where_there_is_one(machine):
    assert machine(16, cuda=True) == Place(torch.device("cuda"), torch.bfloat16, 15)
    assert machine(1, cuda=True).workers == 1


@pytest.mark.parametrize("ability", ["avx512_bf16", "amx_bf16"])
def test_a_processor_that_computes_in_bfloat16_does(machine, ability):
    place = machine(2, **{ability: True})
    assert place.device.type == "cpu"
    assert place.precision == torch.bfloat16


@pytest.mark.parametrize("capabilities", [{}, {"avx2": True}, {"avx512_bf16": False, "amx_bf16": False}])
def test_where_bfloat16_is_emulated_float32_is_kept(machine, capabilities):
    assert machine(2, **capabilities).precision == torch.float32


@pytest.mark.parametrize(("cores", "workers"), [(1, 1), (2, 1), (8, 1), (9, 2), (64, 8)])
def test_one_worker_draws_for_eight_cores(machine, cores, workers):
    assert machine(cores).workers == workers
