"""Ink and pictures for the tests of the site, good and bad; the recogniser behind them is not a real one."""

import base64
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

STROKES = [[[10, 10, 0, 0.5], [12, 40, 16, 0.6], [11.5, 70.25, 33, None]], [[30, 40], [55, 42, None]]]
DOT = [[[5, 5]]]


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 30), mode: str = "RGB", **options: Any) -> bytes:
    """Return a picture of a line, encoded."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).line([(5, 5), (size[0] - 5, size[1] - 5)], fill="black", width=3)
    file = BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def data_url(data: bytes, media_type: str = "image/png") -> str:
    """Return a picture as JSON carries it."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L9 9"/></svg>'
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
