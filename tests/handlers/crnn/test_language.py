import numpy as np
import pytest

from crnn.alphabet import Alphabet
from crnn.decode import expectation
from crnn.language import QUANTUM, Language, LanguageGuide, Languages, Level, small_letters

ALPHABET = Alphabet()
SPACE = ALPHABET.encode(" ")[0]


def level(**after):
    """Contexts of one character each ("" for none), and the shares of what was seen after them."""
    ordered = sorted(after.items(), key=lambda pair: key(pair[0]))
    labels = [ALPHABET.encode(c)[0] for _, shares in ordered for c in shares]
    shares = [share for _, shares in ordered for share in shares.values()]
    quanta = np.rint(-np.log(shares) / QUANTUM).astype(np.uint8)
    contexts = np.array([key(context) for context, _ in ordered], np.uint64)
    counts = np.array([len(shares) for _, shares in ordered], np.uint8)
    return Level(contexts, counts, np.array(labels, np.uint8), quanta)


def key(context):
    return int.from_bytes(bytes(ALPHABET.encode(context.strip("_"))), "big")


def language(none, **after):
    return Language(len(ALPHABET), [level(_=none), level(**after)])


def place_after(languages, text):
    place = languages.start()
    for label in ALPHABET.encode(text):
        place = languages.next(place, label)
    return place


def chance(languages, text, character):
    return place_after(languages, text).probabilities[ALPHABET.encode(character)[0]]


@pytest.fixture
def q_and_u():
    """A language in which u follows q, and one in which digits follow each other."""
    words = language({"q": 0.3, "u": 0.3, "e": 0.3}, q={"u": 0.9})
    digits = language({"1": 0.45, "2": 0.45})
    return Languages(ALPHABET, {"words": words, "digits": digits}, ["words"])


def test_the_longest_known_context_counts_most():
    known = language({"a": 0.5, "b": 0.4}, a={"b": 0.8})
    a, b = ALPHABET.encode("ab")
    after_a = known.probabilities(bytes([a]))
    assert after_a[b] == pytest.approx(0.8 + 0.2 * 0.4, abs=0.02)
    assert after_a[a] == pytest.approx(0.2 * 0.5, abs=0.02)


def test_only_so_much_is_remembered_as_there_are_levels():
    known = language({"a": 0.5}, a={"b": 0.8})
    a, b = ALPHABET.encode("ab")
    assert np.array_equal(known.probabilities(bytes([b, b, a])), known.probabilities(bytes([a])))


def test_everything_stays_possible(q_and_u):
    probabilities = place_after(q_and_u, "q").probabilities
    assert probabilities[0] == 0
    assert probabilities[1:].min() > 0


def test_the_text_tells_the_language(q_and_u):
    assert chance(q_and_u, "12", "1") > 1.5 * chance(q_and_u, "", "1")
    assert chance(q_and_u, "12", "1") > chance(q_and_u, "que", "1")


def test_a_word_in_another_language_may_follow(q_and_u):
    assert chance(q_and_u, "1221 ", "q") > 3 * chance(q_and_u, "1221", "q")


def test_capitals_follow_capitals(q_and_u):
    assert chance(q_and_u, "q", "u") > chance(q_and_u, "q", "U")
    assert chance(q_and_u, "EQ", "U") > chance(q_and_u, "EQ", "u")
    assert chance(q_and_u, "eq", "U") < 0.1 * chance(q_and_u, "eq", "u")


def test_a_whole_text_costs_its_characters_and_its_end(q_and_u):
    label = ALPHABET.encode("q")
    expected = np.log(chance(q_and_u, "", "q")) + np.log(chance(q_and_u, "q", " "))
    assert expectation(LanguageGuide(q_and_u, weight=1, bonus=0), label) == pytest.approx(expected)


def test_small_letters_are_found_with_their_accents():
    folded = small_letters(ALPHABET)
    for large, small in ("Aa", "Éé", "Œœ", "77", "aa"):
        assert folded[ALPHABET.encode(large)[0]] == ALPHABET.encode(small)[0]
    assert folded[0] == 0


def test_a_guide_weighs_what_languages_say(q_and_u):
    guide = LanguageGuide(q_and_u, weight=0.5, bonus=0.3)
    place = guide.next(guide.start(), ALPHABET.encode("q")[0])
    u = ALPHABET.encode("u")[0]
    assert guide.factors(place)[u] == pytest.approx(place.probabilities[u] ** 0.5 * np.exp(0.3))
    assert guide.end(place) == pytest.approx(place.probabilities[SPACE] ** 0.5)
