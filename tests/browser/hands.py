"""Hands on the sheet: a mouse, a finger, a pen."""

from typing import Any

from tests.handwriting import ink


def place(page: Any, text: str, size: float = 0.7, left: float = 24) -> list[list[tuple[float, float]]]:
    """Where a text lies on the window when it is written on the sheet's baseline."""
    box = page.locator("#sheet").bounding_box()
    baseline = box["y"] + box["height"] * 0.66
    strokes = ink(text, left=box["x"] + left, baseline=baseline, size=size)
    return [[(x, y) for x, y, *_ in stroke] for stroke in strokes]


def write(page: Any, text: str, **where: float) -> None:
    """Write with the mouse, once the page listens."""
    page.bring_to_front()
    page.wait_for_load_state("load")
    for stroke in place(page, text, **where):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()


class Finger:
    """Touches, as Chromium's own protocol has them: Playwright can only tap."""

    def __init__(self, page: Any) -> None:
        self._session = page.context.new_cdp_session(page)

    def _send(self, kind: str, points: list[tuple[float, float]]) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def down(self, *points: tuple[float, float]) -> None:
        self._send("touchStart", list(points))

    def move(self, *points: tuple[float, float]) -> None:
        self._send("touchMove", list(points))

    def up(self) -> None:
        self._send("touchEnd", [])

    def cancel(self) -> None:
        self._send("touchCancel", [])

    def draw(self, stroke: list[tuple[float, float]]) -> None:
        self.down(stroke[0])
        for point in stroke[1:]:
            self.move(point)
        self.up()


class Stylus:
    """A pen that tells how hard it presses."""

    def __init__(self, page: Any) -> None:
        self._session = page.context.new_cdp_session(page)

    def _send(self, kind: str, point: tuple[float, float], force: float) -> None:
        event = {"type": kind, "x": point[0], "y": point[1], "force": force, "pointerType": "pen"}
        pressed = (
            {} if kind == "mouseMoved" and not force else {"button": "left", "buttons": 1, "clickCount": 1}
        )
        self._session.send("Input.dispatchMouseEvent", event | pressed)

    def draw(self, stroke: list[tuple[float, float]], force: float = 0.8) -> None:
        self.hover(stroke[0])
        self._send("mousePressed", stroke[0], force)
        for point in stroke[1:]:
            self._send("mouseMoved", point, force)
        self._send("mouseReleased", stroke[-1], 0)

    def hover(self, point: tuple[float, float]) -> None:
        self._send("mouseMoved", point, 0)
