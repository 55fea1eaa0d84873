"""How far readings are from what was written: CER, WER, exact matches."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Scores:
    """Fractions over a set; `cer` and `wer` are total edits over total length and may pass 1."""

    cer: float
    wer: float
    exact: float
    n: int


@dataclass(frozen=True)
class Counts:
    """What the scores are made of, item by item: each is (items,)."""

    character_edits: npt.NDArray[np.int64]
    characters: npt.NDArray[np.int64]
    word_edits: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    exact: npt.NDArray[np.bool_]

    def scores(self) -> Scores:
        """Sum them up."""
        return Scores(
            int(self.character_edits.sum()) / int(self.characters.sum()),
            int(self.word_edits.sum()) / int(self.words.sum()),
            float(self.exact.mean()),
            len(self.exact),
        )


def normalise(text: str) -> str:
    """Bring to the form that is compared: NFC, white space collapsed, case kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def score(written: Sequence[str], read: Sequence[str]) -> Scores:
    """Compare what was read with what was written; ValueError where nothing was written."""
    return count(written, read).scores()


def count(written: Sequence[str], read: Sequence[str]) -> Counts:
    """Compare what was read with what was written, item by item; ValueError where nothing was written."""
    references, hypotheses = [normalise(text) for text in written], [normalise(text) for text in read]
    if not any(references):
        raise ValueError("there is no text to compare with")
    exact = np.array([a == b for a, b in zip(references, hypotheses, strict=True)])
    characters = jiwer.process_characters(references, hypotheses)
    words = jiwer.process_words(references, hypotheses)
    return Counts(_edits(characters), _lengths(characters), _edits(words), _lengths(words), exact)


def _edits(output: jiwer.CharacterOutput | jiwer.WordOutput) -> npt.NDArray[np.int64]:
    return np.array([sum(map(_edits_of, chunks)) for chunks in output.alignments], np.int64)


def _edits_of(chunk: jiwer.AlignmentChunk) -> int:
    """Substitutions are as many on both sides; insertions and deletions lie on one alone."""
    if chunk.type == "equal":
        return 0
    return max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)


def _lengths(output: jiwer.CharacterOutput | jiwer.WordOutput) -> npt.NDArray[np.int64]:
    return np.array([len(reference) for reference in output.references], np.int64)
