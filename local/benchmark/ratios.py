"""What the rows of one run say against each other: the numbers that a change is judged by."""

from collections.abc import Callable, Iterable, Iterator

from local.benchmark import in_process, served
from local.benchmark.measurement import Entry, Figure, Missing, Row


class NotMeasuredError(LookupError):
    """A row that a ratio needs is not in the table."""


class Measured:
    """The entries of one run, by their names."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.what: entry for entry in entries}

    def row(self, what: str) -> Row:
        """A row; NotMeasuredError where there is none."""
        entry = self._entries.get(what)
        if not isinstance(entry, Row):
            raise NotMeasuredError(what)
        return entry

    def value(self, what: str) -> float:
        """A figure's value; NotMeasuredError where there is none."""
        entry = self._entries.get(what)
        if not isinstance(entry, Figure):
            raise NotMeasuredError(what)
        return entry.value


def ratios(entries: Iterable[Entry]) -> Iterator[Figure | Missing]:
    """Compare the rows of a run; what needs a row that is missing says which."""
    measured = Measured(entries)
    for what, compute, unit in _RATIOS:
        try:
            yield Figure(what, compute(measured), unit)
        except NotMeasuredError as error:
            yield Missing(what, f"not measured: {error}")


def _optimised(measured: Measured) -> float:
    eager, optimised = (measured.row(in_process.network(engine)) for engine in in_process.ENGINES)
    return eager.median / optimised.median


def _site_computes(measured: Measured) -> float:
    return measured.value(served.computed(served.SITE))


_RATIOS: tuple[tuple[str, Callable[[Measured], float], str], ...] = (
    ("optimised against eager, network alone, 48 x 192", _optimised, "times as fast (goal: 3)"),
    ("the site adds CPU time to a word", _site_computes, "ms a reading"),
)
