import numpy as np
import pytest

from crnn import bundle
from crnn.optimised import OnnxEngine
from crnn.reference import TorchEngine


@pytest.fixture(scope="module")
def engine(bundled):
    return OnnxEngine(bundled / bundle.OPTIMISED)


@pytest.mark.parametrize("width", [4, 32, 161, 2048])
def test_it_answers_as_the_reference_at_any_width(engine, checkpoint, width):
    strips = np.random.default_rng(width).random((1, 1, 48, width), np.float32)
    answers = engine(strips)
    assert answers.shape == (width // 4, 1, len(checkpoint.alphabet))
    assert answers.dtype == np.float32
    assert answers == pytest.approx(TorchEngine(checkpoint)(strips), abs=1e-4)


def test_its_file_carries_the_alphabet(engine, checkpoint):
    assert engine.alphabet.characters == checkpoint.alphabet.characters


def test_it_answers_strip_by_strip(engine):
    assert not engine.together


def test_a_file_that_is_no_network_is_refused(tmp_path):
    (tmp_path / "text.onnx").write_text("hello")
    with pytest.raises(Exception, match="Protobuf"):
        OnnxEngine(tmp_path / "text.onnx")
