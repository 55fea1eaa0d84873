"""A card is shown as it is meant, and runs nothing."""

import pytest

from pymano.serving.card import render


def test_headings_stand_below_those_of_the_page():
    assert render("# crnn 1.1\n\n## Scores\n") == "<h3>crnn 1.1</h3>\n<h4>Scores</h4>\n"


def test_a_table_has_no_styles():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert "<td>2</td>" in html
    assert "style" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[here](javascript:alert(1))",
        "![x](javascript:alert(1))",
        "![x](http://elsewhere.example/a.png)",
        "<style>body { display: none }</style>",
    ],
)
def test_nothing_in_it_runs_or_is_fetched(text):
    html = render(text)
    for tag in ("<script", "<img", "<style", 'href="javascript', "src="):
        assert tag not in html.replace("&lt;img src=", "")
