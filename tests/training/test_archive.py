import json
import subprocess
import sys
import tempfile
import zipfile
from datetime import datetime
from itertools import product
from pathlib import Path

import pytest
import torch
import yaml

from crnn import bundle
from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS, Habits
from tests import handwriting
from tests.training.sets import item, write_data, write_set
from training import archive, archive_files, language, reported
from training.regression import Bar, RegressionError
from training.reported import REPORTED

NOTES = {
    "config": {"seed": 42, "weights": {"words": 0.5, "fonts": 0.25}},
    "steps": 12345,
    "minutes": 61.4,
    "exports": ["4f1c9a"],
}
PACKAGE = Path(archive.HANDLERS) / "crnn"

SERVE = """
import json, sys
from types import SimpleNamespace
folder, strokes = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
import crnn
assert crnn.__file__.startswith(folder)
from crnn_handler import CRNNHandler
context = SimpleNamespace(
    manifest=json.load(open(folder + "/MAR-INF/MANIFEST.json")),
    system_properties={"model_dir": folder},
    get_all_request_header=lambda index: {"Content-Type": "application/json"},
    set_response_content_type=lambda index, value: None,
)
handler = CRNNHandler()
handler.initialize(context)
assert handler._recogniser.engine == "onnx" and "torch" not in sys.modules
print(handler.handle([{"body": {"strokes": strokes}}], context)[0])
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A store into which version 1.0 was archived from the command line, the run, and the data."""
    place = tmp_path_factory.mktemp("place")
    (place / "store").mkdir()
    run = place / "runs" / "small"
    run.mkdir(parents=True)
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    torch.manual_seed(0)
    network = CRNN(architecture).eval()
    network.head.bias.data[Alphabet().encode("e")] = 9  # whatever it sees: what is in doubt takes long
    Checkpoint(network, Alphabet(), NOTES).save(run / "best.pt")
    tuned = archive_files.sha256(run / "best.pt")
    Habits(0.25, 0.25, weights_sha256=tuned).save(run / "habits.json")
    text = language.joined(["hello world"], Alphabet())
    language.save({"english": language.learn(text, 3)}, run / "language.npz")
    write_data(place / "data")
    for name in ("unipen/words-dev", "unipen/characters-dev", "iam-ondb/lines-dev"):
        write_set(place / "data" / f"{name}.jsonl.gz", [item("hello"), item("world")])
    pack(place, "1.0")
    return place


@pytest.fixture(scope="module")
def store(place):
    return place / "store"


@pytest.fixture(scope="module")
def run(place):
    return place / "runs" / "small"


def pack(place, version, *options):
    threads = torch.get_num_threads()
    command = ["archive", f"{place}/runs/small/best.pt", version, f"{place}/data", *options]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "STORE", place / "store")
        patch.setattr(sys, "argv", command)
        archive.main()
    torch.set_num_threads(threads)


def test_it_packs_handler_package_bundle_card_and_settings(store):
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        names = set(file.namelist())
        settings = yaml.safe_load(file.read("model-config.yaml"))
        manifest = json.loads(file.read("MAR-INF/MANIFEST.json"))
    modules = {f"crnn/{path.name}" for path in PACKAGE.glob("*.py")}
    assert modules | {"crnn_handler.py", *bundle.FILES, "model-config.yaml", "model_card.md"} <= names
    assert not any("__pycache__" in name for name in names)
    assert manifest["model"]["modelVersion"] == "1.0"
    assert settings["batchSize"] > 1
    assert settings["maxBatchDelay"] == 1
    assert settings["responseTimeout"] == 15


def test_what_is_packed_serves_by_itself(store, tmp_path):
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        file.extractall(tmp_path)
    command = [sys.executable, "-c", SERVE, str(tmp_path), json.dumps(handwriting.ink("hello"))]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    reading = json.loads(answer.stdout.splitlines()[-1])
    assert reading["text"]
    assert reading["model"] == {"name": "crnn", "version": "1.0"}


def test_the_bundle_is_of_the_checkpoint_and_of_what_lies_beside_it(store, run, tmp_path):
    unpacked = archive_files.unpack(store / "crnn-1.0.mar", tmp_path)
    packed, trained = Checkpoint.load(unpacked / "crnn.pt"), Checkpoint.load(run / "best.pt")
    assert all(map(torch.equal, packed.network.state_dict().values(), trained.network.state_dict().values()))
    for name in ("habits.json", "language.npz"):
        assert (unpacked / name).read_bytes() == (run / name).read_bytes()
    assert bundle.load(unpacked).engine == "onnx"


def test_sums_list_the_archive(store):
    assert (
        f"{archive_files.sha256(store / 'crnn-1.0.mar')}  crnn-1.0.mar\n"
        in (store / "SHA256SUMS").read_text()
    )


def test_the_card_lies_in_the_archive_and_beside_it(store):
    card = (store / "crnn-1.0.md").read_text()
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        assert file.read("model_card.md").decode() == card
    assert card.startswith("# crnn 1.0")


def test_the_facts_lie_beside_it(store, run, place):
    facts = json.loads((store / "crnn-1.0.json").read_text())
    archived = store / "crnn-1.0.mar"
    assert facts["version"] == "1.0"
    assert facts["archive"] == {
        "file": "crnn-1.0.mar",
        "size": archived.stat().st_size,
        "sha256": archive_files.sha256(archived),
    }
    assert facts["weights_sha256"] == archive_files.sha256(run / "best.pt")
    assert facts["exports"] == ["4f1c9a"]
    assert {(row["set"], row["decoder"]) for row in facts["scores"]} == set(product(REPORTED, DECODERS))
    assert datetime.fromisoformat(facts["created"]).tzinfo


def test_a_model_worse_than_the_newest_archive_is_not_archived(place, store):
    path = store / "crnn-1.0.json"
    kept = path.read_text()
    facts = json.loads(kept)
    facts["scores"][1]["cer"] -= 0.006
    path.write_text(json.dumps(facts))
    with pytest.raises(
        SystemExit, match=r"not released, worse than crnn-1.0.mar: unipen/words-dev by beam, CER"
    ):
        pack(place, "1.1")
    path.write_text(kept)


def test_a_model_is_held_against_an_archive_without_facts_by_reading_with_both(place, store):
    facts = store / "crnn-1.0.json"
    facts.rename(place / "facts.json")
    data = place / "data"
    with tempfile.TemporaryDirectory() as scratch:
        scored = reported.scores(archive_files.recogniser(store / "crnn-1.0.mar", Path(scratch)), data)
    Bar(store / "crnn-1.0.mar", 0).hold(scored, data, reported.fingerprints(data))
    with pytest.raises(RegressionError, match="unipen/words-dev by best-path"):
        Bar(store / "crnn-1.0.mar", -0.001).hold(scored, data, reported.fingerprints(data))
    (place / "facts.json").rename(facts)


def test_what_it_is_held_against_has_to_be_there(place):
    with pytest.raises(SystemExit, match=r"crnn-0\.9\.mar is missing"):
        pack(place, "1.1", "--against", f"{place}/crnn-0.9.mar")


def test_an_archive_is_never_overwritten(place, store):
    before = (store / "crnn-1.0.mar").read_bytes()
    with pytest.raises(SystemExit, match="next version"):
        pack(place, "1.0")
    assert (store / "crnn-1.0.mar").read_bytes() == before


@pytest.mark.parametrize("version", ["v1.1", "1.1-rc1", "1.", ""])
def test_what_is_no_version_is_refused(place, version):
    with pytest.raises(SystemExit, match=f"{version} is no version"):
        pack(place, version)


@pytest.mark.parametrize("lost", ["facts.write", "shutil.move"])
def test_what_breaks_off_on_the_way_to_the_store_takes_no_version(place, store, monkeypatch, lost):
    def break_off(_, to):
        to.write_bytes(b"half")
        raise RuntimeError("the disk is full")

    before = {path: path.read_bytes() for path in store.iterdir()}
    monkeypatch.setattr(f"training.archive.{lost}", break_off)
    with pytest.raises(RuntimeError):
        pack(place, "1.1")
    for path in set(store.iterdir()) - set(before):
        assert path.suffix != ".mar"
        path.unlink()
    assert {path: path.read_bytes() for path in store.iterdir()} == before


def test_without_habits_there_is_no_archive(place, store, run, tmp_path):
    (run / "habits.json").rename(tmp_path / "habits.json")
    with pytest.raises(SystemExit, match=r"small/habits\.json is missing: make tune"):
        pack(place, "1.1")
    (tmp_path / "habits.json").rename(run / "habits.json")


@pytest.mark.parametrize("tuned", ["", "0" * 64])
def test_with_habits_of_other_weights_there_is_no_archive(place, run, tmp_path, tuned):
    (run / "habits.json").rename(tmp_path / "habits.json")
    Habits(0.25, 0.25, weights_sha256=tuned).save(run / "habits.json")
    with pytest.raises(SystemExit, match=r"small/habits\.json is of other weights, or does not say"):
        pack(place, "1.1")
    (tmp_path / "habits.json").rename(run / "habits.json")


def test_a_model_that_learnt_data_for_research_alone_is_not_archived(place, run):
    learnt = Checkpoint.load(run / "best.pt")
    learnt.notes["config"] = {"benchmark": True}
    (run / "best.pt").rename(run / "kept.pt")
    learnt.save(run / "best.pt")
    with pytest.raises(SystemExit, match="research alone"):
        pack(place, "1.1")
    (run / "kept.pt").rename(run / "best.pt")


def test_a_network_that_nothing_exported_reads_like_is_not_archived(place, store, monkeypatch):
    monkeypatch.setattr(archive.optimise, "TOLERANCE", -1)
    with pytest.raises(SystemExit, match="nothing reads like the reference: all in int8: CER"):
        pack(place, "1.1")


def test_nothing_half_written_is_left_in_the_store(store):
    assert {path.name for path in store.iterdir()} == {
        "SHA256SUMS",
        "crnn-1.0.json",
        "crnn-1.0.mar",
        "crnn-1.0.md",
    }
