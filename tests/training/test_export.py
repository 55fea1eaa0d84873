import numpy as np
import onnx
import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.optimised import OnnxEngine
from crnn.reference import TorchEngine
from training import export


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(0)
    shape = {"channels": (4, 4, 6, 6, 8), "hidden": 8, "layers": 2, "refinements": 1}
    network = CRNN(Architecture(classes=len(Alphabet()), **shape)).train()
    torch.nn.init.normal_(network.refinements[0].lstm.weight_ih_l0)  # a new one would add nothing
    network(torch.rand(4, 1, 48, 64))  # gives the batch norms something to be folded
    return Checkpoint(network.eval(), Alphabet(), {})


@pytest.fixture(scope="module")
def exported(checkpoint, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "float32.onnx"
    export.export(checkpoint, path)
    return path


def some_strips(count, width):
    return np.random.default_rng(width).random((count, 1, 48, width), np.float32)


def quantised(exported, path, **how):
    export.quantise(exported, [some_strips(1, width) for width in (64, 96, 200)], path, **how)
    return path


def types(path):
    return [node.op_type for node in onnx.load(path).graph.node]


@pytest.mark.parametrize(("count", "width"), [(1, 4), (1, 32), (3, 160), (2, 333), (1, 2048)])
def test_it_answers_as_pytorch_for_any_number_of_strips_of_any_width(checkpoint, exported, count, width):
    strips = some_strips(count, width)
    assert OnnxEngine(exported)(strips) == pytest.approx(TorchEngine(checkpoint)(strips), abs=1e-4)


def test_batch_norms_are_folded_into_the_convolutions(exported):
    assert "BatchNormalization" not in types(exported)


def test_the_alphabet_travels(exported, tmp_path):
    export.quantise_weights(exported, tmp_path / "weights.onnx")
    quantised(exported, tmp_path / "all.onnx")
    for path in (exported, tmp_path / "weights.onnx", tmp_path / "all.onnx"):
        assert OnnxEngine(path).alphabet.characters == Alphabet().characters


def test_rounding_changes_answers_little(checkpoint, exported, tmp_path):
    strips = some_strips(1, 160)
    answers = OnnxEngine(quantised(exported, tmp_path / "all.onnx"))(strips)
    assert np.abs(np.exp(answers) - np.exp(TorchEngine(checkpoint)(strips))).max() < 0.02


def test_what_the_lstm_layers_say_is_not_rounded(exported, tmp_path):
    nodes = onnx.load(quantised(exported, tmp_path / "all.onnx")).graph.node
    rounded = [node.input[0] for node in nodes if node.op_type == "QuantizeLinear"]
    assert [name for name in rounded if name.startswith("/features/")]
    assert not [name for name in rounded if name.startswith(("/lstm/", "/refinements/", "/head/"))]


def test_spared_convolutions_stay_as_they_are(exported, tmp_path):
    all_of_it = types(quantised(exported, tmp_path / "all.onnx"))
    spared = types(quantised(exported, tmp_path / "spared.onnx", spared=1))
    assert spared.count("QuantizeLinear") < all_of_it.count("QuantizeLinear")
    assert "DynamicQuantizeLSTM" in spared


def test_rounded_it_is_much_smaller(exported, tmp_path):
    export.quantise_weights(exported, tmp_path / "weights.onnx")
    assert "DynamicQuantizeLSTM" in types(tmp_path / "weights.onnx")
    assert "LSTM" not in types(tmp_path / "weights.onnx")
