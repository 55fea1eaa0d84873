"""Whether the site kept what it said that it kept, and nothing else: answers against rows and files."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.benchmark.specimen import Strokes
from local.faults.answers import Answer
from local.faults.work import Question


@dataclass(frozen=True)
class Row:
    """A reading as the database has it."""

    id: str
    drawing: str | None
    strokes: Strokes | None
    picture: str
    """Its file, as a path below the folder of pictures; empty where it is ink."""


def rows(dump: Iterable[Mapping[str, object]]) -> list[Row]:
    """What `manage.py dumpdata` says of readings."""
    return [_row(str(entry["pk"]), entry["fields"]) for entry in dump]


def _row(key: str, fields: object) -> Row:
    assert isinstance(fields, dict)  # noqa: S101
    return Row(key, fields["drawing"], fields["strokes"], fields["picture"] or "")


def files(folder: Path) -> set[str]:
    """Every file below a folder, by its path from there."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def discrepancies(
    answers: Iterable[Answer], kept: Iterable[Row], stored: set[str], unheard: Collection[Question] = ()
) -> list[str]:
    """Everything that is promised and not there, or there and not promised, in a line each.

    `answers` are all that were ever given, and nobody but their clients has asked. The `unheard` were with a
    process when it was killed: they may be kept or not, and their pictures may be left.
    """
    promised = _promised(answers)
    found = {row.id: row for row in kept}
    named = {row.picture for row in found.values() if row.picture}
    lost_files = sum(question.strokes is None for question in unheard)
    return [
        *(f"answered {_name(answer)}, but not kept" for key, answer in promised.items() if key not in found),
        *(
            f"kept {key}, but never answered"
            for key, row in found.items()
            if key not in promised and not _is_of(row, unheard)
        ),
        *_altered(promised, found, unheard),
        *(f"file {name} is missing" for name in sorted(named - stored)),
        *(f"file {name} belongs to nothing" for name in sorted(stored - named)[lost_files:]),
    ]


def _promised(answers: Iterable[Answer]) -> dict[str, Answer]:
    """The latest good answer for each id: a drawing has several."""
    good = sorted((answer for answer in answers if answer.is_good), key=lambda answer: answer.begun)
    return {answer.id: answer for answer in good}


def _altered(
    promised: Mapping[str, Answer], found: Mapping[str, Row], unheard: Collection[Question]
) -> Iterator[str]:
    for key in promised.keys() & found.keys():
        if not _is_of(found[key], (promised[key].question, *unheard)):
            yield f"kept {key}, but not what {_name(promised[key])} was of"


def _is_of(row: Row, questions: Iterable[Question]) -> bool:
    kept = (row.drawing, row.strokes, bool(row.picture))
    return any(kept == (one.drawing, one.strokes, one.strokes is None) for one in questions)


def _name(answer: Answer) -> str:
    return f"{answer.outcome} {answer.id}"
