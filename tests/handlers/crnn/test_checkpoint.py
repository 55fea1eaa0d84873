import pickle

import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture

ALPHABET = Alphabet("abc é")
NOTES = {"config": {"seed": 7, "weights": {"words": 0.5}}, "steps": 12, "minutes": 0.5}


@pytest.fixture
def checkpoint():
    torch.manual_seed(0)
    architecture = Architecture(classes=len(ALPHABET), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    return Checkpoint(CRNN(architecture).eval(), ALPHABET, NOTES, {"bias": torch.ones(3)})


def test_it_comes_back_as_it_was_saved(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "crnn.pt")
    back = Checkpoint.load(tmp_path / "crnn.pt")
    assert back.network.architecture == checkpoint.network.architecture
    assert back.alphabet.characters == "abc é"
    assert back.notes == NOTES
    assert back.shortcut["bias"].tolist() == [1, 1, 1]
    strip = torch.rand(1, 1, 48, 64)
    with torch.inference_mode():
        assert torch.equal(back.network(strip), checkpoint.network(strip))


def test_it_comes_back_ready_to_read(checkpoint, tmp_path):
    checkpoint.network.train()
    checkpoint.save(tmp_path / "crnn.pt")
    assert not Checkpoint.load(tmp_path / "crnn.pt").network.training


def test_the_oldest_have_no_shortcut(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "crnn.pt")
    content = torch.load(tmp_path / "crnn.pt", weights_only=True)
    del content["shortcut"]
    torch.save(content, tmp_path / "crnn.pt")
    assert Checkpoint.load(tmp_path / "crnn.pt").shortcut == {}


def test_nothing_half_written_is_left_beside_it(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "crnn.pt")
    checkpoint.save(tmp_path / "crnn.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["crnn.pt"]


class Code:
    def __reduce__(self):
        return print, ("this code ran",)


def test_a_file_with_code_in_it_is_refused(tmp_path, capsys):
    torch.save({"architecture": Code()}, tmp_path / "crnn.pt")
    with pytest.raises(pickle.UnpicklingError):
        Checkpoint.load(tmp_path / "crnn.pt")
    assert capsys.readouterr().out == ""
