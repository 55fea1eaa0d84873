"""Pictures on their way to a training set: upright, and nothing but pixels."""

from io import BytesIO

import pytest
from PIL import Image

from pymano.teaching.picture import DamagedPictureError, stripped
from tests.site.drawings import picture

ORIENTATION, GPS = 0x0112, 0x8825


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def photograph() -> bytes:
    """A JPEG taken with the camera on its side, which says where and says something."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    return picture(
        "JPEG", size=(60, 30), exif=exif, comment=b"alice's kitchen", icc_profile=b"a profile of colours"
    )


def test_a_photograph_is_upright_and_says_nothing_of_where():
    data, extension = stripped(photograph())
    image = opened(data)
    assert (extension, image.format, image.size) == ("jpg", "JPEG", (30, 60))
    assert not image.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
    assert b"alice" not in data


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_everything_else_becomes_a_png_of_the_same_pixels(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    given = picture(kind, **options)
    data, extension = stripped(given)
    assert (extension, opened(data).format) == ("png", "PNG")
    assert opened(data).convert("RGB").tobytes() == opened(given).convert("RGB").tobytes()


def test_what_is_written_in_a_png_goes():
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "alice")
    data, _ = stripped(picture("PNG", pnginfo=text))
    assert b"alice" not in data


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_ink_on_nothing_stays_so(mode):
    file = BytesIO()
    Image.new(mode, (9, 9)).save(file, "PNG")
    image = opened(stripped(file.getvalue())[0])
    assert image.mode == "RGBA"
    assert image.getpixel((4, 4))[3] == 0


def test_sixteen_bits_stay_sixteen():
    file = BytesIO()
    Image.new("I;16", (9, 9), 40_000).save(file, "PNG")
    assert opened(stripped(file.getvalue())[0]).getpixel((4, 4)) == 40_000


@pytest.mark.parametrize("data", [b"", b"no picture", picture()[:-30], picture("JPEG")[:200]])
def test_what_is_damaged_is_said_to_be(data):
    with pytest.raises(DamagedPictureError):
        stripped(data)
