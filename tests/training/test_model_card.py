import pytest

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS
from training import archive_files, model_card
from training.optimise import Check, Measured
from training.reported import REPORTED

NOTES = {"config": {"seed": 42, "weights": {"words": 0.5, "fonts": 0.25}}, "steps": 12345, "minutes": 61.4}
CHECK = Check("all in int8", 1500, Measured(0.0612, 3.64), Measured(0.0608, 17.71))


@pytest.fixture
def path(tmp_path):
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    Checkpoint(CRNN(architecture).eval(), Alphabet(), NOTES).save(tmp_path / "best.pt")
    return tmp_path / "best.pt"


@pytest.fixture
def card(path):
    rates = {"cer": 0.123, "cer_interval": [0.1, 0.2], "wer": 0.456, "exact": 0.5, "top3": 0.75, "ece": 0.021}
    scores = rates | {"n": 2468}
    scored = {name: dict.fromkeys(DECODERS, scores) for name in REPORTED}
    return model_card.write("1.7", path, CHECK, scored)


def test_it_says_how_the_model_was_made(card, path):
    assert card.startswith("# crnn 1.7")
    assert "seed 42" in card
    assert "12,345 steps" in card
    assert "words 0.5, fonts 0.25" in card
    assert archive_files.sha256(path) in card


def test_it_says_how_well_the_model_reads(card):
    for name in REPORTED:
        assert card.count(f"| `{name}`") == 2
    assert card.count("| 12.30% (10.0%-20.0%) | 45.6% | 50.0% | 75.0% | 0.021 | 2,468 |") == 8


def test_it_sets_what_serves_beside_the_reference(card):
    assert "all in int8. 1,500 held-out words" in card
    assert "6.12% | 3.6 |" in card
    assert "6.08% | 17.7 |" in card


def test_every_place_is_filled(card):
    assert "{" not in card
    assert "}" not in card


def test_it_says_which_exports_of_corrections_it_learnt_from(card, path):
    assert "Corrections" not in card
    checkpoint = Checkpoint.load(path)
    notes = NOTES | {"exports": ["4f1c9a", "77aa01"]}
    notes["config"] = NOTES["config"] | {"recipe": "corrections.toml"}
    Checkpoint(checkpoint.network, checkpoint.alphabet, notes).save(path)
    told = model_card.write("1.7", path, CHECK, {name: {} for name in REPORTED})
    assert "| Corrections by users who agreed, all but the held-out writers': `4f1c9a`, `77aa01` |" in told
    assert "CONFIG=training/configs/corrections.toml" in told


def test_it_says_what_the_training_began_with(path):
    checkpoint = Checkpoint.load(path)
    notes = NOTES | {"config": NOTES["config"] | {"start": "model_store/crnn-1.6.mar"}}
    Checkpoint(checkpoint.network, checkpoint.alphabet, notes).save(path)
    scored = {name: {} for name in REPORTED}
    assert "from\nthe weights of `crnn-1.6`" in model_card.write("1.7", path, CHECK, scored)


def test_it_says_whose_weights_were_averaged(card, path):
    assert "soup" not in card
    checkpoint = Checkpoint.load(path)
    notes = NOTES | {"soup": ["runs/crnn-1.7/best.pt", "model_store/crnn-1.6.mar"]}
    Checkpoint(checkpoint.network, checkpoint.alphabet, notes).save(path)
    told = model_card.write("1.7", path, CHECK, {name: {} for name in REPORTED})
    assert "make soup`, the mean of the weights of `runs/crnn-1.7/best.pt` and `model_store/crnn-1.6" in told
