import numpy as np
import pytest
import torch

from crnn.network import Architecture
from tests.training.learners import PLACE, samples
from training.mixture import collate
from training.muon import Muon
from training.place import Place
from training.samples import Sample
from training.trainee import Aims, Trainee, loss_of, mask, optimisers


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
    without, half, whole = (loss_of(trainee, batch, Aims(weight), PLACE).item() for weight in (0, 0.5, 1))
    assert without < half < whole
    assert half == pytest.approx((without + whole) / 2)


def test_what_is_read_twice_alike_has_the_loss_of_one_reading(trainee, batch):
    trainee.eval()
    once, twice = (loss_of(trainee, batch, Aims(agreement=weight), PLACE).item() for weight in (0.0, 0.2))
    assert twice == pytest.approx(once)


def test_readings_that_differ_cost_their_divergence(batch):
    torch.manual_seed(1)
    dropping = Trainee(Architecture(20, channels=(8, 8, 12, 16, 24), hidden=24, layers=1, dropout=0.5))
    losses = []
    for weight in (1e-9, 0.5, 1.0):
        torch.manual_seed(2)
        losses.append(loss_of(dropping, batch, Aims(agreement=weight), PLACE).item())
    torch.manual_seed(2)
    strips = batch.strips[:, :1].float() / 255
    one, other = dropping(strips, 2)[0].double().chunk(2, dim=1)
    both = ((one - other) * (one.exp() - other.exp())).sum((0, 2)) / 2  # the two divergences, added up
    assert losses[2] - losses[0] == pytest.approx((both / 3).mean().item(), rel=1e-3)
    assert losses[1] - losses[0] == pytest.approx((losses[2] - losses[0]) / 2, rel=1e-3)


def test_readings_agree_within_the_strip_alone(trainee):
    wide, narrow = (Sample(np.full((48, width), 200, np.uint8), "!") for width in (120, 60))
    answer = torch.randn(30, 4, 20).log_softmax(2)
    answer[:, 3] = answer[:, 1]
    answer[20:, 3] = answer[20:, 1].flip(1)  # right of the narrow strip
    answer[:, 2] = answer[:, 0]
    early = torch.zeros(30, 2, 20).log_softmax(2)
    trainee.forward = lambda *_: (answer, early)
    read_once, agreed = (
        loss_of(trainee, collate([wide, narrow]), Aims(agreement=weight), PLACE).item()
        for weight in (1e-9, 1.0)
    )
    assert agreed == pytest.approx(read_once)


def test_the_two_readings_have_other_columns_hidden(trainee):
    trainee.eval()
    strips = torch.rand(1, 1, 48, 400)
    torch.manual_seed(3)
    one, other = trainee(strips, 2, masked=0.3)[0].unbind(1)
    whole = trainee(strips)[0].squeeze(1)
    assert not torch.allclose(one, other)
    assert not torch.allclose(one, whole)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_about_the_share_of_columns_is_hidden_in_runs(share):
    torch.manual_seed(4)
    hidden = mask(torch.ones(8, 3, 4000), share) == 0
    assert torch.equal(hidden.all(1), hidden.any(1)), "all features of a column, or none"
    covered = hidden[:, 0]
    assert covered.float().mean().item() == pytest.approx(1 - np.exp(-share), rel=0.1)
    runs = (covered[:, 1:] & ~covered[:, :-1]).sum().item()
    assert runs <= covered.sum().item() / 2.5


def test_a_text_too_long_for_its_strip_spoils_no_batch():
    trainee = Trainee(Architecture(200, channels=(8, 8, 12, 16, 24), hidden=24, layers=1, dropout=0.0))
    impossible = Sample(np.zeros((48, 24), np.uint8), "far too long for it")
    assert torch.isfinite(loss_of(trainee, collate([*samples(), impossible]), Aims(0.2), PLACE))


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
        loss_of(trainee, collate([wide, narrow]), Aims(0.2), PLACE)
    assert lengths == [[30, 15]] * 2


def test_short_numbers_give_nearly_the_same_loss(trainee, batch):
    trainee.eval()
    short = Place(torch.device("cpu"), torch.bfloat16, workers=1)
    exact = loss_of(trainee, batch, Aims(0.2), PLACE).item()
    assert loss_of(trainee, batch, Aims(0.2), short).item() == pytest.approx(exact, rel=0.05)


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
