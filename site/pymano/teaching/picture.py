"""Pictures as they leave the site: the pixels alone, upright, without what a camera wrote beside them."""

from io import BytesIO

from PIL import Image, ImageOps

QUALITY = 95
# Kept as they are; others become colours, with their transparency where they have one.
PLAIN = {"1", "L", "I", "I;16", "RGB", "RGBA"}


class DamagedPictureError(Exception):
    """The picture cannot be decoded."""


def stripped(data: bytes) -> tuple[bytes, str]:
    """Return a picture without place, time, device and comments, and the extension of what it is now.

    A photograph stays a JPEG, of high quality; everything else becomes a PNG. May raise DamagedPictureError.
    """
    upright, photograph = _decoded(data)
    if upright.mode not in PLAIN or "transparency" in upright.info:
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.info.clear()
    file = BytesIO()
    if photograph:
        upright.save(file, "JPEG", quality=QUALITY)
        return file.getvalue(), "jpg"
    upright.save(file, "PNG")
    return file.getvalue(), "png"


def _decoded(data: bytes) -> tuple[Image.Image, bool]:
    """Return the first frame, turned as the camera says, and whether it was a JPEG."""
    try:
        with Image.open(BytesIO(data)) as image:
            return ImageOps.exif_transpose(image), image.format in {"JPEG", "MPO"}
    except Exception as error:
        # Pillow's parsers raise whatever a damaged file makes them stumble over.
        raise DamagedPictureError from error
