"""Pictures as they are sent: looked at, never decoded. Content decides what a picture is, not its name."""

import base64
import binascii
import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from string import whitespace

from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TILELENGTH, TILEWIDTH, TiffImageFile

from pymano.recognition import structure
from pymano.recognition.refusal import Refusal

BYTES = 10 * 1000 * 1000
PIXELS = 50 * 1000 * 1000
# Of each row the decoder keeps an address: millions of rows of one pixel take a gigabyte.
SIDE = 65_535
# Each is a pass over all pixels of a JPEG, and can be a few bytes short. Encoders make about ten; by chance
# a video that a phone has put behind a picture of 12 megapixels holds what looks like 150.
SCANS = 500
PIXELS_IN_SCANS = 2_500 * 1000 * 1000
SCAN = b"\xff\xda"

# Pillow's name of each format that is read: its media type, and how such a file begins.
FORMATS = {
    "PNG": ("image/png", rb"\x89PNG\r\n\x1a\n"),
    "JPEG": ("image/jpeg", rb"\xff\xd8\xff"),
    "GIF": ("image/gif", rb"GIF8[79]a"),
    "WEBP": ("image/webp", rb"RIFF....WEBP"),
    "BMP": ("image/bmp", rb"BM....\x00\x00\x00\x00"),
    "TIFF": ("image/tiff", rb"II\*\x00|MM\x00\*|II\+\x00|MM\x00\+"),
}
BEGINNING = re.compile(b"|".join(beginning for _, beginning in FORMATS.values()), re.DOTALL)
# Phones write JPEG files with a second picture behind the first, which Pillow calls MPO.
MEDIA_TYPES = {name: media_type for name, (media_type, _) in FORMATS.items()} | {"MPO": "image/jpeg"}
ALIASES = {"image/jpg", "image/pjpeg", "image/x-png", "image/x-ms-bmp", "image/x-bmp", "image/x-tiff"}
# Base64 makes four characters of three bytes; a little more for the head of the URL and line ends.
DATA_URL_LENGTH = BYTES * 4 // 3 + BYTES // 10
# No head is longer. Without an end, the search in millions of semicolons fills the memory.
DATA_URL_HEAD = 1000
DATA_URL = re.compile(r"data:(?P<type>[^;,]*)(?:;[^;,]*)*?;base64,", re.IGNORECASE)

# A damaged tag is no news to the log; a picture that is too large must not be a mere warning.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """A picture's bytes as they came, and the media type that they have."""

    data: bytes
    media_type: str

    @property
    def extension(self) -> str:
        """The end of a file name for it."""
        return self.media_type.removeprefix("image/")


def inspect(data: bytes) -> Picture:
    """Return the picture when its size, kind and dimensions allow it to be read; else raise Refusal."""
    if not data:
        raise Refusal("malformed", "The picture is empty.")
    if len(data) > BYTES:
        raise _too_many_bytes()
    if structure.is_shredded(data):
        raise _too_long()
    width, height, tile, media_type = _header(data)
    if max(width * height, tile) > PIXELS or max(width, height) > SIDE:
        raise _too_many_pixels()
    if not width or not height:
        raise Refusal("malformed", "The picture has no width or no height.")
    if media_type == "image/jpeg" and data.count(SCAN) > min(SCANS, PIXELS_IN_SCANS // (width * height)):
        raise _too_long()
    return Picture(data, media_type)


def from_data_url(url: str) -> Picture:
    """Return the picture in a data URL, "data:image/png;base64,…"; raise Refusal when there is none."""
    if len(url) > DATA_URL_LENGTH:
        raise _too_many_bytes()
    head = DATA_URL.match(url, 0, DATA_URL_HEAD)
    if head is None:
        raise Refusal("malformed", "The image must be a data URL: data:image/png;base64,…")
    if head["type"].strip().lower() not in {*MEDIA_TYPES.values(), *ALIASES}:
        raise _unsupported()
    try:
        characters = url[head.end() :].encode("ascii").translate(None, whitespace.encode())
        data = base64.b64decode(characters, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("malformed", "The image is not valid base64.") from error
    return inspect(data)


def _header(data: bytes) -> tuple[int, int, int, str]:
    """Width, height, the pixels of a tile, and the media type."""
    try:
        with Image.open(BytesIO(data), formats=list(FORMATS)) as image:
            return image.width, image.height, _tile(image), MEDIA_TYPES[image.format or ""]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # Pillow's parsers raise whatever a damaged header makes them stumble over.
        raise _unreadable(data, error) from error


def _tile(image: Image.Image) -> int:
    """Pixels of a TIFF's tile, which is decoded whole, however small the picture in it."""
    if not isinstance(image, TiffImageFile):
        return 0
    width, height = (image.tag_v2.get(tag) for tag in (TILEWIDTH, TILELENGTH))
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _unreadable(data: bytes, error: Exception) -> Refusal:
    known = BEGINNING.match(data) if isinstance(error, UnidentifiedImageError) else True
    if not known:
        return _unsupported()
    return Refusal("malformed", "The picture is damaged or cut short.")


def _unsupported() -> Refusal:
    return Refusal("unsupported_media_type", "Send a PNG, JPEG, GIF, WebP, BMP or TIFF picture.")


def _too_many_bytes() -> Refusal:
    return Refusal("too_large", "A picture may have at most 10 MB.")


def _too_many_pixels() -> Refusal:
    return Refusal("too_large", f"A picture may have at most 50 megapixels, and {SIDE:,} pixels on a side.")


def _too_long() -> Refusal:
    return Refusal("too_large", "The picture would take too long to decode.")
