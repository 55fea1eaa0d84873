"""How far readings are from what was written: CER, WER, exact matches."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer


@dataclass(frozen=True)
class Scores:
    """Fractions over a set; `cer` and `wer` are total edits over total length and may pass 1."""

    cer: float
    wer: float
    exact: float
    n: int


def normalise(text: str) -> str:
    """Bring to the form that is compared: NFC, white space collapsed, case kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def score(written: Sequence[str], read: Sequence[str]) -> Scores:
    """Compare what was read with what was written, item by item; ValueError where nothing was written."""
    references, hypotheses = [normalise(text) for text in written], [normalise(text) for text in read]
    if not any(references):
        raise ValueError("there is no text to compare with")
    exact = sum(a == b for a, b in zip(references, hypotheses, strict=True)) / len(references)
    characters = jiwer.process_characters(references, hypotheses)
    words = jiwer.process_words(references, hypotheses)
    return Scores(_rate(characters), _rate(words), exact, len(references))


def _rate(output: jiwer.CharacterOutput | jiwer.WordOutput) -> float:
    edits = output.substitutions + output.deletions + output.insertions
    return edits / (output.substitutions + output.deletions + output.hits)
