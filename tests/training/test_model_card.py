import pytest

from crnn.alphabet import Alphabet
from crnn.checkpoint import Checkpoint
from crnn.network import CRNN, Architecture
from crnn.reader import DECODERS
from training import archive_files, metrics, model_card
from training.optimise import Check, Measured

NOTES = {"config": {"seed": 42, "weights": {"words": 0.5, "fonts": 0.25}}, "steps": 12345, "minutes": 61.4}
CHECK = Check("all in int8", 1500, Measured(0.0612, 3.64), Measured(0.0608, 17.71))


@pytest.fixture
def path(tmp_path):
    architecture = Architecture(classes=len(Alphabet()), channels=(4, 4, 6, 6, 8), hidden=8, layers=1)
    Checkpoint(CRNN(architecture).eval(), Alphabet(), NOTES).save(tmp_path / "best.pt")
    return tmp_path / "best.pt"


@pytest.fixture
def card(path):
    scores = metrics.Scores(0.123, 0.456, 0.5, 2468)
    scored = {name: dict.fromkeys(DECODERS, scores) for name, _ in model_card.REPORTED}
    return model_card.write("1.7", path, CHECK, scored)


def test_it_says_how_the_model_was_made(card, path):
    assert card.startswith("# crnn 1.7")
    assert "seed 42" in card
    assert "12,345 steps" in card
    assert "words 0.5, fonts 0.25" in card
    assert archive_files.sha256(path) in card


def test_it_says_how_well_the_model_reads(card):
    for name, _ in model_card.REPORTED:
        assert card.count(f"| `{name}`") == 2
    assert card.count("| 12.3% | 45.6% | 50.0% | 2,468 |") == 8


def test_it_sets_what_serves_beside_the_reference(card):
    assert "all in int8. 1,500 held-out words" in card
    assert "6.12% | 3.6 |" in card
    assert "6.08% | 17.7 |" in card


def test_every_place_is_filled(card):
    assert "{" not in card
    assert "}" not in card
