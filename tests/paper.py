"""Paper for the tests to write on: strokes become pictures such as a scanner, a camera or a canvas makes."""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]
Strokes = Sequence[Sequence[Sequence[float]]]


def page(
    strokes: Strokes, *, scale: float = 2, margin: int = 80, pen: int = 8, ink: int = 40, paper: int = 235
) -> Grey:
    """Write on plain paper, `scale` pixels a unit of the ink, a margin around; brightness from 0 to 255."""
    points = np.array([point[:2] for stroke in strokes for point in stroke])
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    width, height = (np.ceil(size * scale) + 2 * margin).astype(int)
    sheet = np.full((height, width), paper, dtype=np.uint8)
    for stroke in strokes:
        placed = (np.array([point[:2] for point in stroke]) - low) * scale + margin
        lines = [np.rint(placed * 16).astype(np.int32)]
        cv2.polylines(sheet, lines, False, ink, pen, cv2.LINE_AA, 4)
    return sheet


def shaded(sheet: Grey, darkest: float = 0.3) -> Grey:
    """Let a shadow fall over a page, from full light at its left to `darkest` at its lower right."""
    height, width = sheet.shape
    across = np.linspace(0, 1, width)[None, :] + np.linspace(0, 0.3, height)[:, None]
    return (sheet * (1 - (1 - darkest) * across / across.max())).astype(np.uint8)


def half_shaded(sheet: Grey, where: float, darkest: float = 0.4, soft: float = 0) -> Grey:
    """Let a shadow fall over the right of a page, its edge so many pixels soft."""
    light = np.where(np.arange(sheet.shape[1]) < where * sheet.shape[1], 1, darkest).astype(np.float32)
    if soft:
        light = cv2.GaussianBlur(light[None, :], (0, 0), soft)[0]
    return (sheet * light).astype(np.uint8)


def on_a_table(sheet: Grey, table: int, degrees: float = 0) -> Grey:
    """Lay a page on a darker table, of which a fifth of the page's size is seen on every side."""
    height, width = sheet.shape
    laid = np.pad(sheet, ((height // 5,) * 2, (width // 5,) * 2), constant_values=table)
    turned = Image.fromarray(laid).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=table)
    return cv2.GaussianBlur(np.asarray(turned), (0, 0), 1).astype(np.uint8)


def ruled(sheet: Grey, every: int = 70, shade: int = 150, thick: int = 2) -> Grey:
    """Print lines across a page."""
    printed = sheet.copy()
    for y in range(every // 2, len(sheet), every):
        printed[y : y + thick] = np.minimum(printed[y : y + thick], shade)
    return printed


def squared(sheet: Grey, every: int = 70, shade: int = 150, thick: int = 2) -> Grey:
    """Print squares on a page."""
    return ruled(ruled(sheet, every, shade, thick).T, every, shade, thick).T.copy()


def written_on(printed: Grey, sheet: Grey) -> Grey:
    """Write what stands on a sheet on a printed one of the same size."""
    return np.minimum(printed, sheet)


def askew(sheet: Grey, degrees: float, paper: int = 235) -> Grey:
    """Turn a page around its middle."""
    turned = Image.fromarray(sheet).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper)
    return np.asarray(turned)


def grainy(sheet: Grey, seed: int = 0, spread: float = 6) -> Grey:
    """Add a camera's noise."""
    noise = np.random.default_rng(seed).normal(0, spread, sheet.shape)
    return np.clip(sheet + noise, 0, 255).astype(np.uint8)


def encoded(picture: Grey | Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """A picture's bytes as a file of this form holds them."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def likeness(one: Grey, two: Grey) -> float:
    """How alike two strips are, 1 for the same: their correlation where they lie best, a little blurred."""
    width = max(one.shape[1], two.shape[1]) + 12
    still, moving = (_framed(strip, width) for strip in (one, two))
    inner = moving[4:-4, 4:-4]
    return float(cv2.matchTemplate(still, inner, cv2.TM_CCOEFF_NORMED).max())


def _framed(strip: Grey, width: int) -> npt.NDArray[np.float32]:
    left = (width - strip.shape[1]) // 2
    framed = np.pad(strip, ((4, 4), (left, width - strip.shape[1] - left)))
    return cv2.GaussianBlur(framed.astype(np.float32), (0, 0), 1.2)


def hollow_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises this many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    framed = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def tiled_tiff(side: int, tile: int) -> bytes:
    """A square TIFF with one tile, which may be far larger than the picture; there is nothing in it."""
    tags = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 8), (262, 3, 1), (277, 3, 1)]
    tags += [(322, 4, tile), (323, 4, tile), (324, 4, 200), (325, 4, 20)]
    entries = b"".join(
        struct.pack("<HHI", tag, kind, 1) + struct.pack("<H2x" if kind == 3 else "<I", value)
        for tag, kind, value in tags
    )
    return (b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries).ljust(200, b"\0") + bytes(20)


def turned_by_exif(sheet: Grey, orientation: int, form: str = "JPEG") -> bytes:
    """A file whose pixels lie, and whose EXIF says how to hold it."""
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(Image.fromarray(sheet).transpose(undo[orientation]), form, exif=exif)
