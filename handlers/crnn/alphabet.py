"""The characters that the recogniser can write, and how text is brought to them."""

import string
import unicodedata
from collections.abc import Sequence

ASCII = "".join(chr(code) for code in range(0x20, 0x7F))
FRENCH = "àâäçèéêëîïôöùûüÿœæÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸŒÆ"
SIGNS = "«»€°"
CHARACTERS = ASCII + FRENCH + SIGNS

BLANK = 0
"""The class of CTC's blank; the character at index i of an alphabet is class i + 1."""

_SAME_INK = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "\u00a0": " "}  # noqa: RUF001
    | {"\u202f": " ", "\t": " ", "\n": " ", "…": "..."}
)


class Alphabet:
    """A fixed, ordered set of characters, each a class of the network beside CTC's blank."""

    def __init__(self, characters: str = CHARACTERS) -> None:
        if len(set(characters)) != len(characters):
            raise ValueError("an alphabet names each character once")
        self.characters = characters
        self._class_of = {character: index + 1 for index, character in enumerate(characters)}

    def __len__(self) -> int:
        """How many classes there are, the blank included."""
        return len(self.characters) + 1

    def __contains__(self, character: str) -> bool:
        return character in self._class_of

    def encode(self, text: str) -> list[int]:
        """Give the class of each character; KeyError for one outside the alphabet."""
        return [self._class_of[character] for character in text]

    def decode(self, classes: Sequence[int]) -> str:
        """Write the characters of `classes`, which hold no blank."""
        return "".join(self.characters[index - 1] for index in classes)

    def spell(self, text: str) -> str:
        """Bring text to this alphabet: NFC, one sort of quote and dash, foreign accents dropped.

        What has no counterpart stays, so that a caller can tell by `in`: `spell("“Łódź”")` -> `'"Łodz"'`.
        """
        text = unicodedata.normalize("NFC", text).translate(_SAME_INK)
        return "".join(character if character in self else _bare(character) for character in text)

    def covers(self, text: str) -> bool:
        """Tell whether every character of `text` can be written."""
        return all(character in self for character in text)


def _bare(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base in string.ascii_letters else character
