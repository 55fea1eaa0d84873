"""A sheet of readings to look at: each strip as the network sees it, what was written and what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont, ImageOps

from crnn.strip import HEIGHT
from training.samples import Pixels

_FONT = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
"""Pillow's own font has no accents."""
_SHEET_WIDTH = 1440
"""Pixels; a sheet of two columns of long lines is wider."""
_CARD_WIDTHS = (340, 1400)
_GAP = 12
_INDENT = 68
_LINE = 22
_CARD_HEIGHT = HEIGHT + 3 * _LINE + 2 * _GAP
_DESK, _PAPER, _BLACK, _GREY, _RED = "#e8e6e1", "#ffffff", "#111111", "#777777", "#b00020"


@dataclass(frozen=True)
class Card:
    """A strip, none where it was refused, with its texts and a remark."""

    pixels: Pixels | None
    written: str
    read: str
    remark: str


def draw(title: str, cards: Sequence[Card]) -> Image.Image:
    """Lay the cards out in columns, row by row, as wide as their strips ask for."""
    wide = _card_width(cards)
    columns = max(2, (_SHEET_WIDTH - _GAP) // (wide + _GAP))
    rows = -(-len(cards) // columns)
    top = _GAP + _LINE + _GAP
    sheet = Image.new("RGB", (_GAP + columns * (wide + _GAP), top + rows * (_CARD_HEIGHT + _GAP)), _DESK)
    _write(ImageDraw.Draw(sheet), (_GAP, _GAP), title, _BLACK, sheet.width - 2 * _GAP)
    for index, card in enumerate(cards):
        row, column = divmod(index, columns)
        sheet.paste(
            _draw_card(card, wide), (_GAP + column * (wide + _GAP), top + row * (_CARD_HEIGHT + _GAP))
        )
    return sheet


def _card_width(cards: Sequence[Card]) -> int:
    widths = [int(card.pixels.shape[1]) + 2 * _GAP for card in cards if card.pixels is not None]
    return min(max([_CARD_WIDTHS[0], *widths]), _CARD_WIDTHS[1])


def _draw_card(card: Card, wide: int) -> Image.Image:
    paper = Image.new("RGB", (wide, _CARD_HEIGHT), _PAPER)
    if card.pixels is not None:
        strip = ImageOps.invert(Image.fromarray(card.pixels))
        paper.paste(ImageOps.contain(strip, (wide - 2 * _GAP, HEIGHT)), (_GAP, _GAP))
    pen = ImageDraw.Draw(paper)
    lines = (("written", card.written, _BLACK), ("read", card.read, _RED), ("", card.remark, _GREY))
    for number, (label, text, colour) in enumerate(lines):
        down = _GAP + HEIGHT + number * _LINE + _GAP // 2
        _write(pen, (_GAP, down), label, _GREY, _INDENT)
        _write(pen, (_GAP + _INDENT, down), text, colour, wide - 2 * _GAP - _INDENT)
    return paper


def _write(pen: ImageDraw.ImageDraw, place: tuple[int, int], text: str, colour: str, room: int) -> None:
    """Write one line; what does not fit ends in an ellipsis."""
    font = ImageFont.truetype(_FONT, 15)
    shown = text
    while pen.textlength(shown, font) > room and len(shown) > 1:
        shown = shown.rstrip("…")[:-1] + "…"
    pen.text(place, shown, colour, font)
