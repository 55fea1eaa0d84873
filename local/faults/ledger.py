"""Whether the site kept what it said that it kept, and nothing else: answers against rows and files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.benchmark.specimen import Strokes
from local.faults.answers import Answer


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


def discrepancies(answers: Iterable[Answer], kept: Iterable[Row], stored: set[str]) -> list[str]:
    """Everything that is promised and not there, or there and not promised, in a line each.

    `answers` are all that were ever given, and nobody but their clients has asked.
    """
    promised = _promised(answers)
    found = {row.id: row for row in kept}
    named = {row.picture for row in found.values() if row.picture}
    return [
        *(f"answered {_name(answer)}, but not kept" for key, answer in promised.items() if key not in found),
        *(f"kept {key}, but never answered" for key in found if key not in promised),
        *_altered(promised, found),
        *(f"file {name} is missing" for name in sorted(named - stored)),
        *(f"file {name} belongs to nothing" for name in sorted(stored - named)),
    ]


def _promised(answers: Iterable[Answer]) -> dict[str, Answer]:
    """The latest good answer for each id: a drawing has several."""
    good = sorted((answer for answer in answers if answer.is_good), key=lambda answer: answer.begun)
    return {answer.id: answer for answer in good}


def _altered(promised: Mapping[str, Answer], found: Mapping[str, Row]) -> Iterator[str]:
    for key, answer in promised.items():
        row, question = found.get(key), answer.question
        if row is None:
            continue
        if (row.strokes, row.drawing) != (question.strokes, question.drawing):
            yield f"kept {key}, but not the ink of {_name(answer)}"
        if bool(row.picture) != (question.strokes is None):
            yield f"kept {key}, but not as what it was sent"


def _name(answer: Answer) -> str:
    return f"{answer.outcome} {answer.id}"
