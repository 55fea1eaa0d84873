"""The scripts that need no page: strokes, drawings, words."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.fake_torchserve import answer

Run = Callable[..., Any]


@pytest.fixture
def run(open_page: Open, transactional_db: None) -> Run:
    """Run JavaScript with the exports of a module of the pages in `m`."""
    page = open_page("/accounts/login/")

    def run(module: str, script: str, argument: Any = None) -> Any:
        load = f"import('/static/recognition/{module}.js')"
        return page.evaluate(f"async (a) => {{ const m = await {load}; {script} }}", argument)

    return run


SHEET = {"width": 400, "height": 300, "baseline": 200}


def point(x: float, y: float, t: float = 0, pressure: float | None = None) -> list[float | None]:
    return [x, y, t, pressure]


def test_ink_that_fits_stands_as_it_was_written(run: Run) -> None:
    strokes = [[point(20, -80), point(300, 10)]]
    assert run("geometry", "return m.view(...a)", [strokes, SHEET]) == {"scale": 1, "x": 0, "y": 200}


@pytest.mark.parametrize(
    "corners",
    [((20, -80), (900, 10)), ((0, -900), (10, 10)), ((-60, -50), (10, 90)), ((-500, -500), (900, 900))],
    ids=["wide", "high", "left", "huge"],
)
def test_ink_that_does_not_fit_is_made_to(run: Run, corners: Any) -> None:
    strokes = [[point(*corner) for corner in corners]]
    view = run("geometry", "return m.view(...a)", [strokes, SHEET])
    for x, y in corners:
        assert -0.01 <= x * view["scale"] + view["x"] <= 400.01
        assert -0.01 <= y * view["scale"] + view["y"] <= 300.01


def test_a_point_goes_to_the_ink_and_back(run: Run) -> None:
    assert run("geometry", "return m.toInk([110, 250], {scale: 0.5, x: 10, y: 200})") == [200, 100]


def test_pressure_makes_the_pen_wider(run: Run) -> None:
    light, firm = (
        run("geometry", "return m.widths(a)", [point(x, 0, x, pressure) for x in range(20)])[-1]
        for pressure in (0.1, 0.9)
    )
    assert firm > 1.5 * light


def test_speed_makes_a_pen_without_pressure_thinner(run: Run) -> None:
    slow, quick = (
        run("geometry", "return m.widths(a)", [point(x * step, 0, x * 8) for x in range(20)])[-1]
        for step in (1, 30)
    )
    assert slow > 1.3 * quick


def test_a_stroke_is_painted_without_gaps_from_end_to_end(run: Run) -> None:
    discs = run("geometry", "return m.discs(a)", [point(0, 0), point(60, 0, 8), point(60, 60, 16)])
    assert discs[0][:2] == [0, 0]
    assert discs[-1][:2] == [60, 60]
    gaps = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in itertools.pairwise(discs)]
    assert max(gaps) < 4


def test_a_dot_is_one_disc(run: Run) -> None:
    assert len(run("geometry", "return m.discs(a)", [point(5, 5)])) == 1


def test_no_ink_has_no_bounds(run: Run) -> None:
    assert run("geometry", "return m.bounds([])") is None


def test_a_step_after_undo_ends_what_could_be_redone(run: Run) -> None:
    script = """
        const drawing = new m.Drawing();
        drawing.add(["a"]); drawing.add(["b"]); drawing.undo(); drawing.add(["c"]);
        return [drawing.strokes, drawing.canRedo];
    """
    assert run("drawing", script) == [[["a"], ["c"]], False]


def test_kept_ink_is_undone_stroke_by_stroke(run: Run) -> None:
    script = """
        const drawing = new m.Drawing({ id: "one", strokes: [["a"], ["b"]] });
        drawing.undo(); drawing.undo();
        const empty = drawing.isEmpty;
        drawing.redo();
        return [empty, drawing.strokes, drawing.id, drawing.canUndo];
    """
    assert run("drawing", script) == [True, [["a"]], "one", True]


def test_an_id_is_a_uuid_without_a_secure_page_too(run: Run) -> None:
    script = "crypto.randomUUID = undefined; return m.newId();"
    assert len(run("drawing", script).replace("-", "")) == 32


@pytest.mark.parametrize(
    "written",
    ["", "{", "null", '{"drawing": 7}', '{"drawing": "x", "strokes": [[[1, 2, "3", null]]]}'],
)
def test_strange_ink_is_left_out(run: Run, written: str) -> None:
    assert run("kept", "localStorage.setItem('pymano.ink.7', a); return m.kept('7')", written) is None


def test_certainty_is_not_claimed(run: Run) -> None:
    percents = run("words", "return [0.002, 0.934, 0.999, 1].map(m.percent)")
    assert percents == ["1\xa0%", "93\xa0%", "99\xa0%", "100\xa0%"]


@pytest.mark.parametrize(
    ("doubtful", "words"),
    [
        ("", ""),
        ("a", " · unsure of “a”"),
        ("abcdef", " · unsure of most letters"),
        ("abcd", " · unsure of some letters"),
    ],
)
def test_doubts_are_named_while_they_are_few(run: Run, doubtful: str, words: str) -> None:
    reading = answer("abcdefghi", doubtful=doubtful) | {"correction": None}
    assert run("reading", "return m.notes(a)", reading) == f"93\xa0% sure{words}"


def test_a_guess_is_said_to_be_one(run: Run) -> None:
    reading = answer("hello", confidence=0.012) | {"correction": None}
    assert run("reading", "return m.notes(a)", reading).startswith("This is hardly more than a guess.")


def test_a_correction_to_what_was_read_confirms_it(run: Run) -> None:
    reading = answer("hello") | {"correction": "hello"}
    assert run("reading", "return m.notes(a)", reading) == "Confirmed by you."


def test_a_corrected_reading_is_offered_again(run: Run) -> None:
    reading = answer("hello", "hallo", "hells") | {"correction": "hallo"}
    assert run("reading", "return m.others(a)", reading) == ["hello", "hells"]


@pytest.mark.parametrize(
    ("cookies", "sent"),
    [
        ("a=b; csrftoken=plain", "plain"),
        ("csrftoken=made up by a neighbour; __Host-csrftoken=ours; c=d", "ours"),
    ],
)
def test_over_https_the_token_is_the_one_that_no_neighbour_can_make_up(
    run: Run, cookies: str, sent: str
) -> None:
    script = """
        Object.defineProperty(document, "cookie", { get: () => a });
        let headers;
        window.fetch = async (_, options) => {
            headers = options.headers;
            return new Response('{"username": "alice"}');
        };
        await m.look("x", { username: "alice" });
        return headers["X-CSRFToken"];
    """
    assert run("server", script, cookies) == sent
