"""Texts to write where the collected handwriting has none: numbers, dates, addresses, codes, accents."""

import gzip
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crnn.alphabet import FRENCH, SIGNS, Alphabet

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MOIS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_ENDINGS = ("com", "org", "net", "fr", "ca", "de", "io", "edu")


class Phrases:
    """An endless supply of short texts, seldom the same twice."""

    def __init__(self, words: Sequence[str], sentences: Sequence[str], french: Sequence[str]) -> None:
        """Draw from English words and sentences and from French lines, all in our alphabet."""
        self.words = words
        self.sentences = sentences
        self.french = french
        self._kinds = {
            self.word: 0.22,
            self.sentence: 0.16,
            self.french_words: 0.22,
            self.number: 0.12,
            self.date: 0.07,
            self.address: 0.07,
            self.code: 0.08,
            self.accents: 0.06,
        }

    def draw(self, random: np.random.Generator) -> str:
        """Make one text of 1 to 60 characters."""
        kinds, chances = list(self._kinds), list(self._kinds.values())
        text = kinds[random.choice(len(kinds), p=np.array(chances) / sum(chances))](random)
        return text[:60].strip() or "a"

    def word(self, random: np.random.Generator) -> str:
        """One English word, at times in capitals or with a mark."""
        word = self._any(self.words, random)
        case = random.random()
        word = word.upper() if case < 0.1 else word.capitalize() if case < 0.3 else word
        return word + str(random.choice(list(".,;:!?'"))) if random.random() < 0.2 else word

    def sentence(self, random: np.random.Generator) -> str:
        """A few words in a row."""
        return _piece(self._any(self.sentences, random), random)

    def french_words(self, random: np.random.Generator) -> str:
        """A few French words in a row."""
        text = _piece(self._any(self.french, random), random)
        return text.upper() if random.random() < 0.08 else text

    def number(self, random: np.random.Generator) -> str:
        """Digits as people write them: plain, grouped, prices, sums, telephone numbers."""
        n = int(10 ** random.uniform(0, 6))
        cents = f"{random.integers(100):02d}"
        phone = " ".join(f"{random.integers(100):02d}" for _ in range(5))
        sum_ = f"{n} {random.choice(list('+-*/=<>'))} {random.integers(1000)}"
        forms = (
            f"{n}",
            f"{n:,}",
            f"{n}.{cents}",
            f"${n}.{cents}",
            f"{n},{cents} €",
            f"{n}%",
            phone,
            sum_,
            f"#{n}",
        )
        return self._any(forms, random)

    def date(self, random: np.random.Generator) -> str:
        """Dates and times in English, French and ISO forms."""
        day, month, year = random.integers(1, 29), random.integers(1, 13), random.integers(1900, 2040)
        forms = (
            f"{day}/{month:02d}/{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day} {_MOIS[month - 1]} {year}",
            f"{_MONTHS[month - 1]} {day}, {year}",
            f"{random.integers(24)}:{random.integers(60):02d}",
            f"{random.integers(24)}h{random.integers(60):02d}",
        )
        return self._any(forms, random)

    def address(self, random: np.random.Generator) -> str:
        """Addresses of houses, mailboxes and pages."""
        one, two = (self._any(self.words, random).lower().replace("'", "") for _ in range(2))
        ending = self._any(_ENDINGS, random)
        joint = self._any((".", "_", "-", ""), random)
        street = f"{random.integers(1, 400)} {one.capitalize()} {self._any(('St.', 'Road', 'Ave'), random)}"
        return self._any((f"{one}{joint}{two}@{two}.{ending}", f"www.{one}.{ending}", f"{street}"), random)

    def code(self, random: np.random.Generator) -> str:
        """Any printable characters in a row."""
        letters = (
            string.ascii_uppercase + string.digits,
            string.ascii_letters + string.digits,
            string.printable[:94],
        )
        row = random.choice(list(self._any(letters, random)), random.integers(1, 8))
        return "".join(row)

    def accents(self, random: np.random.Generator) -> str:
        """Letters with accents where a language model would not expect them."""
        row = random.choice(list(FRENCH * 3 + SIGNS + string.ascii_letters), random.integers(1, 7))
        return "".join(row)

    def anything(self, random: np.random.Generator) -> str:
        """What is no language: a number, a date, an address or a code."""
        kinds = (self.number, self.number, self.date, self.address, self.code, self.code)
        return kinds[int(random.integers(len(kinds)))](random)

    @staticmethod
    def _any(choices: Sequence[str], random: np.random.Generator) -> str:
        return choices[int(random.integers(len(choices)))]


def _piece(text: str, random: np.random.Generator) -> str:
    words = text.split()
    length = int(random.integers(1, 6))
    start = int(random.integers(max(1, len(words) - length + 1)))
    return " ".join(words[start : start + length])


def load(folder: Path, french: Sequence[str]) -> Phrases:
    """Read the English texts of a data folder (`text/`); the French lines are given."""
    alphabet = Alphabet()
    words = (folder / "wamerican_words.txt").read_text(encoding="utf-8").split()
    with gzip.open(folder / "wordnet_glosses.txt.gz", "rt", encoding="utf-8") as lines:
        sentences = [line.strip() for line in lines]
    kept = [
        [t for t in map(alphabet.spell, texts) if t and alphabet.covers(t)]
        for texts in (words, sentences, french)
    ]
    return Phrases(*kept)
