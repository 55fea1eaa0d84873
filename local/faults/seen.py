"""What clients saw of one fault, and the table of all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from local.faults.answers import Answer, counts, longest, recovery

HEAD = ("fault", "answers", "longest", "served again after")


@dataclass(frozen=True)
class Seen:
    """The answers from the moment that something broke to the end, and when its cause had gone."""

    what: str
    answers: Sequence[Answer]
    ended: float

    def wrongs(self, *, gone: bool = False) -> list[str]:
        """What no client may see, in a line each; connections may fail only where the server was `gone`."""
        return [wrong for answer in self.answers if (wrong := _wrong(answer, gone))]

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        counted = ", ".join(f"{outcome}: {number}" for outcome, number in counts(self.answers).items())
        again = recovery(self.answers, self.ended)
        return (self.what, counted, f"{longest(self.answers):.1f} s", f"{again:.1f} s")


def _wrong(answer: Answer, gone: bool) -> str:
    match answer.outcome:
        case 200 | 201:
            return ""
        case 503 | 504 if answer.code and answer.retry_after:
            return ""
        case 503 | 504:
            return f"{answer.outcome} without a code or Retry-After"
        case "refused" | "broken" if gone:
            return ""
        case outcome:
            return f"{outcome} {answer.code} after {answer.seconds:.0f} s"


def table(seen: Iterable[Seen]) -> Iterator[str]:
    """A table in Markdown, line by line."""
    yield _line(HEAD)
    yield _line("---" for _ in HEAD)
    yield from (_line(each.cells()) for each in seen)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
