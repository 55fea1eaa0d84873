"""Ink drawn small."""

import pytest

from pymano.recognition.templatetags.readings import percent, shows
from pymano.recognition.thumbnail import HEIGHT, WIDTH, thumbnail
from tests.handwriting import ink


def test_ink_fits_its_box_in_proportion() -> None:
    drawn = thumbnail([[[0, 0], [100, 0], [100, 50], [0, 50]]])
    assert (drawn.width, drawn.height) == (180, HEIGHT)
    assert drawn.path == "M6 6L174 6L174 90L6 90"


def test_a_line_of_writing_fills_the_width() -> None:
    drawn = thumbnail(ink("write a word here"))
    assert drawn.width == WIDTH
    assert drawn.height < HEIGHT


def test_a_dot_is_drawn() -> None:
    assert thumbnail([[[7, 7]]]).path == "M6 6L6 6"


@pytest.mark.parametrize("unit", [1e-6, 1, 1e6])
def test_units_do_not_matter(unit: float) -> None:
    square = [[[0, 0], [unit, 0], [unit, unit]]]
    assert thumbnail(square) == thumbnail([[[0, 0], [1, 0], [1, 1]]])


def test_twenty_thousand_points_are_thinned() -> None:
    scribble = [[[i % 300, (i * 7) % 90] for i in range(20_000)]]
    assert len(thumbnail(scribble).path) < 40_000


def test_points_may_bring_times_and_pressure() -> None:
    assert thumbnail([[[0, 0, 5, None], [10, 10, 9, 0.5]]]) == thumbnail([[[0, 0], [10, 10]]])


@pytest.mark.parametrize(("confidence", "words"), [(0.934, "93"), (0.999, "99"), (1.0, "100"), (0.0, "1")])
def test_certainty_is_not_claimed(confidence: float, words: str) -> None:
    assert percent(confidence) == f"{words}\N{NO-BREAK SPACE}%"


def test_a_tiff_is_not_shown() -> None:
    assert shows("pictures/1/a.png")
    assert not shows("pictures/1/a.TIFF")
