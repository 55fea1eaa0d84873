import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
import yaml

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from tests import handwriting
from tests.training.sets import item, write_pages, write_set
from training import archive, archive_files

NOTES = {"config": {"seed": 42, "weights": {"words": 0.5, "fonts": 0.25}}, "steps": 12345, "minutes": 61.4}
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
print(handler.handle([{"body": {"strokes": strokes}}], context)[0])
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store into which version 1.0 was archived from the command line."""
    folder = tmp_path_factory.mktemp("store")
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    torch.manual_seed(0)
    Checkpoint(CRNN(architecture).eval(), Alphabet(), NOTES).save(folder / "best.pt")
    for name in ("unipen/words-dev", "unipen/characters-dev", "iam-ondb/lines-dev"):
        write_set(folder / "data" / f"{name}.jsonl.gz", [item("hello"), item("world")])
    write_pages(folder / "data" / "copiste", (1, ["hello", "été"]), (2, ["hello"]))
    pack(folder, "1.0")
    return folder


def pack(store, version):
    threads = torch.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "STORE", store)
        patch.setattr(sys, "argv", ["archive", f"{store}/best.pt", version, f"{store}/data"])
        archive.main()
    torch.set_num_threads(threads)


def test_it_packs_handler_package_weights_card_and_settings(store):
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        names = set(file.namelist())
        settings = yaml.safe_load(file.read("model-config.yaml"))
        manifest = json.loads(file.read("MAR-INF/MANIFEST.json"))
    modules = {f"crnn/{path.name}" for path in PACKAGE.glob("*.py")}
    assert modules | {"crnn_handler.py", "crnn.pt", "model-config.yaml", "model_card.md"} <= names
    assert not any("__pycache__" in name for name in names)
    assert manifest["model"]["modelVersion"] == "1.0"
    assert settings["batchSize"] == 1
    assert settings["responseTimeout"] == 15


def test_what_is_packed_serves_by_itself(store, tmp_path):
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        file.extractall(tmp_path)
    command = [sys.executable, "-c", SERVE, str(tmp_path), json.dumps(handwriting.ink("hello"))]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    reading = json.loads(answer.stdout.splitlines()[-1])
    assert reading["text"]
    assert reading["model"] == {"name": "crnn", "version": "1.0"}


def test_the_weights_are_those_of_the_checkpoint(store, tmp_path):
    packed = archive_files.load(store / "crnn-1.0.mar", tmp_path)
    trained = Checkpoint.load(store / "best.pt")
    assert all(map(torch.equal, packed.network.state_dict().values(), trained.network.state_dict().values()))


def test_sums_list_the_archive(store):
    assert (
        f"{archive_files.sha256(store / 'crnn-1.0.mar')}  crnn-1.0.mar\n"
        in (store / "SHA256SUMS").read_text()
    )


def test_the_card_says_how_it_was_made_and_how_well_it_reads(store):
    card = (store / "crnn-1.0.md").read_text()
    with zipfile.ZipFile(store / "crnn-1.0.mar") as file:
        assert file.read("model_card.md").decode() == card
    assert card.startswith("# crnn 1.0")
    assert "seed 42" in card
    assert "12,345 steps" in card
    assert "words 0.5, fonts 0.25" in card
    assert archive_files.sha256(store / "best.pt") in card
    for name, _ in archive._REPORTED:
        assert card.count(f"| `{name}`") == 2
    assert card.count("| 2 |") == 8  # of the pages, the lines of the first copy alone
    assert "{" not in card


def test_an_archive_is_never_overwritten(store):
    before = (store / "crnn-1.0.mar").read_bytes()
    with pytest.raises(SystemExit, match="next version"):
        pack(store, "1.0")
    assert (store / "crnn-1.0.mar").read_bytes() == before


def test_nothing_half_written_is_left_in_the_store(store):
    assert {path.name for path in store.iterdir()} == {
        "SHA256SUMS",
        "best.pt",
        "crnn-1.0.mar",
        "crnn-1.0.md",
        "data",
    }
