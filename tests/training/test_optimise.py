import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.optimised import OnnxEngine
from tests.training.sets import write_data
from training import optimise


@pytest.fixture(scope="module")
def checkpoint():
    torch.manual_seed(0)
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    return Checkpoint(CRNN(architecture).eval(), Alphabet(), {})


@pytest.fixture(scope="module")
def held_out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    return optimise.held_out(write_data(folder / "data"), folder / "cache")


def check(cer, reference):
    return optimise.Check("float32", 9, optimise.Measured(cer, 1.0), optimise.Measured(reference, 2.0))


def test_words_and_lines_are_of_held_out_writers_alone(held_out):
    assert {sample.text for sample in held_out.words} == {"tide"}
    assert {sample.text for sample in held_out.calibration} <= {"tide", "hello world"}
    assert held_out.calibration


@pytest.mark.parametrize(
    ("cer", "passed"), [(0.05, True), (0.0509, True), (0.0491, True), (0.052, False), (0.048, False)]
)
def test_it_passes_where_cer_changes_by_a_tenth_of_a_point_at_most(cer, passed):
    assert check(cer, 0.05).passed is passed


def test_the_first_variant_that_passes_is_written(checkpoint, held_out, tmp_path, monkeypatch):
    monkeypatch.setattr(optimise.Check, "passed", property(lambda self: self.variant == "LSTM in int8"))
    done = optimise.optimise(checkpoint, held_out, tmp_path / "crnn.onnx")
    assert done.variant == "LSTM in int8"
    assert done.words == len(held_out.words)
    assert OnnxEngine(tmp_path / "crnn.onnx").alphabet.characters == Alphabet().characters


def test_float32_is_the_last_resort(checkpoint, held_out, tmp_path, monkeypatch):
    monkeypatch.setattr(optimise.Check, "passed", property(lambda self: self.variant == "float32"))
    assert optimise.optimise(checkpoint, held_out, tmp_path / "crnn.onnx").found.milliseconds > 0


def test_where_none_passes_none_is_left(checkpoint, held_out, tmp_path, monkeypatch):
    monkeypatch.setattr(optimise, "TOLERANCE", -1)
    with pytest.raises(optimise.OptimiseError) as refusal:
        optimise.optimise(checkpoint, held_out, tmp_path / "crnn.onnx")
    assert all(variant in str(refusal.value) for variant in optimise.VARIANTS)
    assert not (tmp_path / "crnn.onnx").exists()
