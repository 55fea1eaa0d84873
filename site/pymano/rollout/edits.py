"""How many characters must be changed, put in or left out to make one text of another."""

import unicodedata


def normalised(text: str) -> str:
    """Bring to the form in which models are compared: NFC, white space collapsed, case kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def distance(one: str, other: str) -> int:
    """Return Levenshtein's distance: distance("kitten", "sitting") is 3.

    A column of the usual table is kept in the bits of two numbers (Hyyrö 2003, after Myers 1999), so that the
    longest texts take milliseconds.
    """
    if not one:
        return len(other)
    places: dict[str, int] = {}
    for i, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << i
    everywhere, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    rises, falls, edits = everywhere, 0, len(one)
    for letter in other:
        match = places.get(letter, 0)
        same = (((match & rises) + rises) ^ rises) | match | falls
        up, down = falls | ~(same | rises) & everywhere, rises & same
        edits += bool(up & last) - bool(down & last)
        up, down = (up << 1 | 1) & everywhere, down << 1 & everywhere
        rises, falls = down | ~(same | up) & everywhere, up & same
    return edits
