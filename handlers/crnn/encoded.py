"""Encoded pictures: from a file's bytes to upright grey pixels. What is written on them is not known here."""

import io
import re
import warnings

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TILELENGTH, TILEWIDTH, TiffImageFile

Grey = npt.NDArray[np.uint8]
"""(height, width): 0 is black, 255 is white."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
MAX_PIXELS = 50_000_000
MAX_SIDE = 65_535
"""Of each row Pillow keeps an address: millions of rows of one pixel would take a gigabyte."""
_BEGINNING = re.compile(
    rb"\Z|\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|BM....\x00{4}|II[*+]\x00|MM\x00[*+]", re.DOTALL
)
"""How files of these formats begin; nothing at all counts as one cut short."""
_WORKING_SIDE = 1600
_OPAQUE, _CUT_OUT, _WRITTEN = 200, 0.3, 60
"""Paper cut out of what it lay on: of so much alpha, in such a share of the picture, in such contrast."""


class UnsupportedPictureError(ValueError):
    """The bytes are not a picture of a format in FORMATS."""


class TruncatedPictureError(ValueError):
    """The picture starts well and cannot be decoded to its end."""


class TooLargePictureError(ValueError):
    """The picture has more than MAX_PIXELS, or than MAX_SIDE on a side; it was not decoded."""


def decode(data: bytes) -> Grey:
    """Decode to an upright grey picture (height, width), its longer side at most 1,600 pixels."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow finds odd in a file's metadata
        picture = _open(data)
        try:
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            picture.load()
        except Exception as error:
            raise TruncatedPictureError("the picture cannot be decoded to its end") from error
        grey = np.asarray(_flatten(_upright(picture)))
    return shrunk(grey, _WORKING_SIDE)


def shrunk(grey: Grey, longest: int) -> Grey:
    """Make a picture smaller, where it is larger, until its longer side has so many pixels."""
    scale = longest / max(grey.shape)
    if scale >= 1:
        return grey
    height, width = (max(1, round(side * scale)) for side in grey.shape)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _open(data: bytes) -> Image.Image:
    """Read the header alone; Pillow's parsers raise whatever a damaged one makes them stumble over."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise TooLargePictureError("the picture has too many pixels") from error
    except Exception as error:
        if _BEGINNING.match(data):
            raise TruncatedPictureError("the picture's header is damaged or cut short") from error
        raise UnsupportedPictureError("the bytes are not a picture that can be read") from error
    if max(picture.width * picture.height, _tile(picture)) > MAX_PIXELS or max(picture.size) > MAX_SIDE:
        raise TooLargePictureError("the picture has too many pixels")
    return picture


def _tile(picture: Image.Image) -> int:
    """Pixels of a TIFF's tile, which is decoded whole, however small the picture in it."""
    if not isinstance(picture, TiffImageFile):
        return 0
    width, height = (picture.tag_v2.get(tag) for tag in (TILEWIDTH, TILELENGTH))
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _upright(picture: Image.Image) -> Image.Image:
    """Turn as EXIF says; damaged EXIF says nothing."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """To 8-bit grey; a transparent picture is laid on what its ink stands out from."""
    if picture.mode.startswith("I;16"):
        return _stretched(picture.convert("I"))
    if picture.mode in {"I", "F"}:
        return _stretched(picture)
    try:
        return _laid_on_paper(picture) if picture.has_transparency_data else picture.convert("L")
    except ValueError as error:
        raise UnsupportedPictureError(f"pictures with colours in {picture.mode} are not read") from error


def _laid_on_paper(picture: Image.Image) -> Image.Image:
    layered = _reduced(picture if picture.mode in {"LA", "RGBA"} else picture.convert("LA")).convert("LA")
    grey, alpha = (np.asarray(channel, dtype=np.float32) for channel in layered.split())
    paper = _ground(grey, alpha)
    flat = grey * alpha / 255 + paper * (1 - alpha / 255)
    return Image.fromarray(flat.astype(np.uint8))


def _ground(grey: npt.NDArray[np.float32], alpha: npt.NDArray[np.float32]) -> float:
    """How bright what is seen through a picture has to be: as its own paper, or else unlike its ink."""
    opaque = grey[alpha > _OPAQUE]
    if opaque.size > _CUT_OUT * grey.size and np.ptp(np.percentile(opaque, (1, 99))) > _WRITTEN:
        return float(np.median(opaque))
    light_ink = alpha.sum() > 0 and (grey * alpha).sum() / alpha.sum() > 140 and alpha.mean() < 200
    return 0.0 if light_ink else 255.0


def _reduced(picture: Image.Image) -> Image.Image:
    """Towards the working size: as floating point, 50 megapixels take 200 MB, several times over."""
    return picture.reduce(max(1, max(picture.size) // _WORKING_SIDE))


def _stretched(picture: Image.Image) -> Image.Image:
    values = np.asarray(_reduced(picture), dtype=np.float32)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=high, posinf=high, neginf=low)
    scaled = (values - low) * (255 / (high - low)) if high > low else np.full_like(values, 255)
    return Image.fromarray(scaled.astype(np.uint8))
