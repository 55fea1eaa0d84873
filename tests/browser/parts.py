"""Parts of the pages, by the names that the tests use."""

from typing import Any

NBSP = "\N{NO-BREAK SPACE}"


def text_of(page: Any) -> Any:
    """What was read, large."""
    return page.locator("[data-part=text]")


def says(page: Any) -> Any:
    """The line under it: how sure, or what is in the way."""
    return page.locator("[data-part=says]")


def announced(page: Any) -> Any:
    """What a screen reader is told."""
    return page.locator("[data-part=announce]")


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def kept_ink(page: Any) -> dict[str, Any] | None:
    """What the browser keeps for the user of this page."""
    key = "`pymano.ink.${document.body.dataset.user}`"
    kept: dict[str, Any] | None = page.evaluate(f"JSON.parse(localStorage.getItem({key}))")
    return kept


def inked(page: Any) -> int:
    """How many pixels of the sheet hold dry ink, darker than any line."""
    count: int = page.evaluate(
        """() => {
            const canvas = document.getElementById("dry");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i] < 60) count += 1;
            return count;
        }"""
    )
    return count
