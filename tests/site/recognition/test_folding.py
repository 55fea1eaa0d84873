import pytest

from pymano.recognition.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("École", "ecole"),
        ("e\u0301cole", "ecole"),
        ("CŒUR", "coeur"),
        ("Æther", "aether"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("  two   words ", "two words"),
        ("50 %_\\", "50 %_\\"),
        ("", ""),
    ],
)
def test_it_drops_case_accents_and_ligatures(text, folded):
    assert fold(text) == folded


def test_folding_twice_changes_nothing():
    assert fold(fold("Ça, l'Œuvre")) == fold("Ça, l'Œuvre")
