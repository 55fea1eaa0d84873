import numpy as np
import pytest
import torch

from crnn.network import Architecture
from tests.training.learners import PLACE, samples
from training.mixture import collate
from training.muon import Muon
from training.place import Place
from training.samples import Sample
from training.trainee import Trainee, loss_of, optimisers


@pytest.fixture
def trainee():
    torch.manual_seed(1)
    return Trainee(Architecture(20, channels=(8, 8, 12, 16, 24), hidden=24, layers=1, dropout=0.0))


@pytest.fixture
def batch():
    return collate([Sample(np.full((48, 60), 200, np.uint8), "!!#")] * 2)


def test_both_answers_have_the_same_shape_and_are_log_probabilities(trainee):
    answers = trainee(torch.rand(2, 1, 48, 60))
    for answer in answers:
        assert answer.shape == (15, 2, 20)
        assert torch.allclose(answer.exp().sum(2), torch.ones(15, 2), atol=1e-5)


def test_the_first_answer_is_the_recogniser_s(trainee):
    strips = torch.rand(2, 1, 48, 60)
    trainee.eval()
    with torch.inference_mode():
        assert torch.equal(trainee(strips)[0], trainee.crnn(strips))


def test_the_shortcut_is_weighted(trainee, batch):
    trainee.eval()
    without, half, whole = (loss_of(trainee, batch, weight, PLACE).item() for weight in (0.0, 0.5, 1.0))
    assert without < half < whole
    assert half == pytest.approx((without + whole) / 2)


def test_a_text_too_long_for_its_strip_spoils_no_batch():
    trainee = Trainee(Architecture(200, channels=(8, 8, 12, 16, 24), hidden=24, layers=1, dropout=0.0))
    impossible = Sample(np.zeros((48, 24), np.uint8), "far too long for it")
    assert torch.isfinite(loss_of(trainee, collate([*samples(), impossible]), 0.2, PLACE))


def test_what_lies_right_of_a_strip_in_its_batch_is_not_read(trainee):
    wide, narrow = (Sample(np.full((48, width), 200, np.uint8), "!") for width in (120, 60))
    trainee.eval()
    lengths = []
    ctc = torch.nn.functional.ctc_loss

    def spy(answer, targets, input_lengths, *rest, **options):
        lengths.append(input_lengths.tolist())
        return ctc(answer, targets, input_lengths, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.functional, "ctc_loss", spy)
        loss_of(trainee, collate([wide, narrow]), 0.2, PLACE)
    assert lengths == [[30, 15]] * 2


def test_short_numbers_give_nearly_the_same_loss(trainee, batch):
    trainee.eval()
    short = Place(torch.device("cpu"), torch.bfloat16, workers=1)
    exact = loss_of(trainee, batch, 0.2, PLACE).item()
    assert loss_of(trainee, batch, 0.2, short).item() == pytest.approx(exact, rel=0.05)


def test_each_weight_has_one_optimiser_and_muon_has_the_inner_matrices(trainee):
    muon, adam = optimisers(trainee, 1e-3, 0.01)
    assert isinstance(muon, Muon)
    inner, others = (
        {id(weight) for group in optimiser.param_groups for weight in group["params"]}
        for optimiser in (muon, adam)
    )
    assert not inner & others
    assert inner | others == {id(weight) for weight in trainee.parameters()}
    first = next(trainee.crnn.features.parameters())
    for end in (first, trainee.crnn.head.weight, trainee.shortcut.weight):
        assert id(end) in others
    assert all(id(weight) in others for weight in trainee.parameters() if weight.ndim == 1)
    assert id(trainee.crnn.lstm.weight_hh_l0) in inner
