"""Which characters are taken for which: counted from the alignments of what was written and read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

import jiwer

Confusion = tuple[str, str]
"""The character written and the one read; "" for none: an insertion has no first, a deletion no second."""


def count(written: Sequence[str], read: Sequence[str]) -> Counter[Confusion]:
    """Count the confusions of a set whose texts are normalised: `cat`, `cut` -> `{("a", "u"): 1}`."""
    output = jiwer.process_characters(list(written), list(read))
    return Counter(
        confusion
        for reference, hypothesis, chunks in zip(
            output.references, output.hypotheses, output.alignments, strict=True
        )
        for chunk in chunks
        if chunk.type != "equal"
        for confusion in _of_chunk(reference, hypothesis, chunk)
    )


def _of_chunk(
    reference: list[str], hypothesis: list[str], chunk: jiwer.AlignmentChunk
) -> Iterator[Confusion]:
    return zip_longest(
        reference[chunk.ref_start_idx : chunk.ref_end_idx],
        hypothesis[chunk.hyp_start_idx : chunk.hyp_end_idx],
        fillvalue="",
    )


def rows(confusions: Counter[Confusion], written: Sequence[str]) -> list[tuple[str, str, int, int | None]]:
    """Say of each, most frequent first: what was written, what was read, how often, and of how many.

    A space is shown as `␣`, nothing as `-none-`; what was inserted was written never, so of none.
    """
    spelt = Counter("".join(written))
    return [
        (_shown(expected), _shown(found), times, spelt[expected] if expected else None)
        for (expected, found), times in sorted(confusions.items(), key=lambda each: (-each[1], each[0]))
    ]


def _shown(character: str) -> str:
    return {" ": "␣", "": "-none-"}.get(character, character)


def write(confusions: Counter[Confusion], written: Sequence[str], path: Path) -> None:
    """Write all of them as a table with tabs."""
    table = [("written", "read", "times", "of"), *rows(confusions, written)]
    lines = ["\t".join("" if cell is None else str(cell) for cell in row) for row in table]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
