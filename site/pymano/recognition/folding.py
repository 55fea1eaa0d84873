"""Text as a search compares it: without case, without accents, with ligatures taken apart."""

import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def fold(text: str) -> str:
    """Reduce a text to what people type when they look for it: "Cœur  d'Été" -> "coeur d'ete"."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())
