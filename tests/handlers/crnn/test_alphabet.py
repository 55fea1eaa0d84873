import pytest

from crnn.alphabet import BLANK, CHARACTERS, Alphabet


def test_it_holds_printable_ascii_and_the_french_letters():
    alphabet = Alphabet()
    assert alphabet.covers("".join(map(chr, range(32, 127))))
    assert alphabet.covers("àâäçèéêëîïôöùûüÿœæ" + "àâäçèéêëîïôöùûüÿœæ".upper())


def test_it_encodes_and_decodes_every_character():
    alphabet = Alphabet()
    assert alphabet.decode(alphabet.encode(CHARACTERS)) == CHARACTERS


def test_no_character_takes_the_class_of_the_blank():
    alphabet = Alphabet()
    classes = alphabet.encode(CHARACTERS)
    assert BLANK not in classes
    assert sorted(classes) == list(range(1, len(alphabet)))


def test_it_refuses_to_encode_what_it_cannot_write():
    with pytest.raises(KeyError):
        Alphabet().encode("日")


def test_it_names_each_character_once():
    with pytest.raises(ValueError, match="once"):
        Alphabet("abca")


def test_it_may_hold_other_characters():
    alphabet = Alphabet("01")
    assert len(alphabet) == 3
    assert alphabet.decode([2, 1, 2]) == "101"
    assert "a" not in alphabet


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("l\u2019été", "l'été"),
        ("\u201cŁódź\u201d", '"Łodz"'),
        ("e\u0301te\u0301", "été"),
        ("10\u00a0000\u202f€", "10 000 €"),
        ("1914\u20131918", "1914-1918"),
        ("wait\u2026", "wait..."),
        ("naïve cœur", "naïve cœur"),
        ("señor, Åse, Čech", "senor, Ase, Cech"),
    ],
)
def test_it_brings_text_to_its_own_characters(text, spelled):
    assert Alphabet().spell(text) == spelled


@pytest.mark.parametrize("text", ["日本", "Привет", "½", "😀"])
def test_it_leaves_what_has_no_counterpart_so_that_it_can_be_told(text):
    alphabet = Alphabet()
    assert alphabet.spell(text) == text
    assert not alphabet.covers(text)


def test_spelling_twice_changes_nothing_more():
    alphabet = Alphabet()
    once = alphabet.spell("\u201eÇa va\u2026 l\u2019Œuvre de Łukasz\u201d \u2013 10\u00a0€")
    assert alphabet.spell(once) == once
