import gzip

import numpy as np
import pytest

from crnn.alphabet import Alphabet
from training import phrases as module


def test_every_phrase_can_be_written(phrases, random):
    alphabet = Alphabet()
    for _ in range(2000):
        text = phrases.draw(random)
        assert alphabet.covers(text)
        assert 1 <= len(text) <= 60
        assert text == text.strip()


def test_phrases_are_seldom_the_same(phrases, random):
    drawn = [phrases.draw(random) for _ in range(500)]
    assert len(set(drawn)) > 250


def test_the_same_chance_draws_the_same(phrases):
    one, two = np.random.default_rng(1), np.random.default_rng(1)
    assert [phrases.draw(one) for _ in range(50)] == [phrases.draw(two) for _ in range(50)]


def test_every_character_of_the_alphabet_comes_up(phrases, random):
    seen = set("".join(phrases.draw(random) for _ in range(20_000)))
    assert set(Alphabet().characters) - seen == set()


@pytest.mark.parametrize(
    "kind", ["word", "sentence", "french_words", "number", "date", "address", "code", "accents"]
)
def test_each_kind_gives_something_to_write(phrases, random, kind):
    alphabet = Alphabet()
    for _ in range(100):
        text = getattr(phrases, kind)(random)
        assert text
        assert alphabet.covers(text)


def test_texts_that_cannot_be_spelled_are_left_out(tmp_path, random):
    (tmp_path / "wamerican_words.txt").write_text("cat\nseñor\nŁódź\n日本\n", encoding="utf-8")
    with gzip.open(tmp_path / "wordnet_glosses.txt.gz", "wt", encoding="utf-8") as lines:
        lines.write("a small animal\nπ is a number\n")
    loaded = module.load(tmp_path, ["l\u2019été", "Ω"])
    words = {loaded.word(random).strip(".,;:!?'").lower() for _ in range(200)}
    assert words == {"cat", "senor"}
    assert {loaded.french_words(random).lower() for _ in range(50)} == {"l'été"}
