import zipfile

import numpy as np
import pytest
import torch

from crnn.alphabet import Alphabet
from crnn.bundle import EngineError
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS, Calibration, Habits
from crnn.strip import Strip
from training import archive_files


@pytest.fixture
def checkpoint(tmp_path):
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    Checkpoint(CRNN(architecture).eval(), Alphabet(), {"steps": 9}).save(tmp_path / "best.pt")
    return tmp_path / "best.pt"


def store_of(folder, *names):
    for name in names:
        (folder / name).write_bytes(name.encode())
        archive_files.list_sum(folder / name)
    return folder


def test_the_newest_archive_is_that_of_the_highest_version(tmp_path):
    store = store_of(tmp_path, "crnn-1.9.mar", "crnn-1.10.mar", "crnn-1.2.mar")
    assert archive_files.newest(store).name == "crnn-1.10.mar"


def test_what_was_uploaded_into_the_store_is_no_release(tmp_path):
    store = store_of(tmp_path, "crnn-1.9.mar")
    (store / "crnn-7.0.mar").write_bytes(b"uploaded")
    assert archive_files.newest(store).name == "crnn-1.9.mar"
    store_of(store, "crnn-1.10.mar")
    assert "crnn-7.0.mar" not in (store / "SHA256SUMS").read_text()


def test_an_empty_store_has_no_newest(tmp_path):
    with pytest.raises(FileNotFoundError, match="no archive"):
        archive_files.newest(tmp_path)


def test_a_checkpoint_is_loaded_as_it_is_and_from_an_archive(checkpoint, tmp_path):
    archive = tmp_path / "crnn-1.0.mar"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(checkpoint, archive_files.WEIGHTS)
    for path in (checkpoint, archive):
        loaded = archive_files.load(path)
        assert loaded.notes == {"steps": 9}
        assert torch.is_tensor(next(loaded.network.parameters()))


@pytest.mark.parametrize("name", ["best.pt", "crnn-1.0.mar"])
def test_a_recogniser_is_made_of_a_checkpoint_and_of_an_archive(checkpoint, tmp_path, name):
    with zipfile.ZipFile(tmp_path / "crnn-1.0.mar", "w") as file:
        file.write(checkpoint, "crnn.pt")
    (tmp_path / "scratch").mkdir()
    made = archive_files.recogniser(tmp_path / name, tmp_path / "scratch")
    assert made.engine == "torch"
    assert made.read([Strip(np.zeros((48, 64), np.uint8), 0, 64)])[0].text
    with pytest.raises(EngineError):
        archive_files.recogniser(tmp_path / name, tmp_path / "scratch", "onnx")


def test_a_checkpoint_is_read_with_the_habits_beside_it(checkpoint, tmp_path):
    strip = Strip(np.zeros((48, 64), np.uint8), 0, 64)
    [plain] = archive_files.recogniser(checkpoint, tmp_path).read([strip])
    Habits(calibrations=dict.fromkeys(DECODERS, Calibration(1.0, 2.0))).save(tmp_path / "habits.json")
    [calibrated] = archive_files.recogniser(checkpoint, tmp_path).read([strip])
    assert calibrated.confidence > plain.confidence


def test_only_the_bundle_is_unpacked(checkpoint, tmp_path):
    with zipfile.ZipFile(tmp_path / "crnn-1.0.mar", "w") as file:
        file.write(checkpoint, "crnn.pt")
        file.writestr("crnn_handler.py", "")
    assert [path.name for path in archive_files.unpack(tmp_path / "crnn-1.0.mar", tmp_path).iterdir()] == [
        "crnn.pt"
    ]


def test_sums_are_listed_as_sha256sum_writes_them_oldest_first(tmp_path):
    store = store_of(tmp_path, "crnn-1.10.mar", "crnn-1.9.mar")
    lines = (store / "SHA256SUMS").read_text().splitlines()
    assert [line.split("  ") for line in lines] == [
        [archive_files.sha256(store / name), name] for name in ("crnn-1.9.mar", "crnn-1.10.mar")
    ]


def test_a_hash_is_that_of_the_whole_file(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert archive_files.sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223b00361a3")


def test_versions_go_by_number_and_other_names_are_passed_over(tmp_path):
    store = store_of(tmp_path, "crnn-1.10.mar", "crnn-1.9.mar", "crnn-2-trial.mar", "other.mar")
    assert [path.name for path in archive_files.released(store)] == ["crnn-1.9.mar", "crnn-1.10.mar"]
