import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crnn import bundle, ink
from crnn.reader import DECODERS
from crnn.recogniser import Recogniser
from crnn.reference import TorchEngine
from tests import handwriting

STRIPS = [ink.draw(ink.parse(handwriting.ink(text))) for text in ("hello", "i", "hello old world")]
HANDLERS = Path(bundle.__file__).parent.parent

READ = """
import sys
from pathlib import Path
from crnn import bundle, ink
recogniser = bundle.load(Path(sys.argv[1]))
[reading] = recogniser.read([ink.draw(ink.parse([[[0, 0], [20, 40], [40, 0]]]))])
assert reading.text
torch = {"torch", "crnn.checkpoint", "crnn.network", "crnn.reference"}
print(recogniser.engine, sorted(torch & set(sys.modules)))
"""


@pytest.fixture
def copy(bundled, tmp_path):
    return shutil.copytree(bundled, tmp_path / "bundle")


def close(reading):
    """A reading to compare with one of another engine."""
    return (
        reading.text,
        pytest.approx(reading.confidence, abs=1e-3),
        [each.text for each in reading.alternatives[:2]],
        [(each.text, pytest.approx(each.start, abs=1e-6)) for each in reading.characters],
    )


def parts(reading):
    return (
        reading.text,
        reading.confidence,
        [each.text for each in reading.alternatives[:2]],
        [(each.text, each.start) for each in reading.characters],
    )


@pytest.mark.parametrize("engine", bundle.CHOICES)
@pytest.mark.parametrize("decoder", DECODERS)
def test_it_reads_as_the_training_path_does(bundled, checkpoint, engine, decoder):
    expected = Recogniser(TorchEngine(checkpoint), bundle.reader(bundled, checkpoint.alphabet))
    readings = bundle.load(bundled, engine).read(STRIPS, decoder)
    for reading, trained in zip(readings, expected.read(STRIPS, decoder), strict=True):
        assert parts(reading) == close(trained)


@pytest.mark.parametrize(("asked", "given"), [("auto", "onnx"), ("onnx", "onnx"), ("torch", "torch")])
def test_the_optimised_network_reads_unless_pytorch_is_asked_for(bundled, asked, given):
    assert bundle.load(bundled, asked).engine == given


def test_where_the_optimised_network_reads_pytorch_is_not_imported(bundled):
    command = [sys.executable, "-c", READ, str(bundled)]
    answer = subprocess.run(
        command, env={"PYTHONPATH": str(HANDLERS)}, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "onnx []\n"


def test_pytorch_stands_in_for_a_broken_network(copy, caplog):
    (copy / bundle.OPTIMISED).write_bytes((copy / bundle.OPTIMISED).read_bytes()[:1000])
    recogniser = bundle.load(copy)
    assert recogniser.engine == "torch"
    assert recogniser.read(STRIPS)[0].text
    assert "crnn.onnx cannot be used" in caplog.text


def test_pytorch_stands_in_where_onnx_runtime_is_not_installed(bundled, monkeypatch, caplog):
    monkeypatch.setattr(bundle.importlib.util, "find_spec", lambda name: None)
    assert bundle.load(bundled).engine == "torch"
    assert "onnxruntime is not installed" in caplog.text


@pytest.mark.parametrize("broken", [True, False])
def test_an_engine_that_is_asked_for_and_cannot_be_had_is_an_error(copy, broken):
    (copy / bundle.OPTIMISED).unlink()
    if broken:
        (copy / bundle.OPTIMISED).write_text("hello")
    with pytest.raises(bundle.EngineError, match=r"crnn\.onnx"):
        bundle.load(copy, "onnx")


def test_weights_alone_are_read_by_the_network_alone(checkpoint, recogniser, tmp_path):
    checkpoint.save(tmp_path / bundle.WEIGHTS)
    assert bundle.load(tmp_path).read(STRIPS) == recogniser.read(STRIPS)


def test_a_network_of_random_weights_is_read_with_languages_otherwise_than_without(bundled, recogniser):
    assert bundle.load(bundled).read(STRIPS) != recogniser.read(STRIPS)
