"""Files of every form end as the same strip, or are refused for what they are."""

from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from crnn import encoded, ink, picture
from crnn.strip import HEIGHT, NothingToReadError
from tests import handwriting, paper

HELLO = handwriting.ink("hello")
PAGE = paper.page(HELLO)
DRAWN = ink.draw(ink.parse(HELLO)).pixels


def on_canvas(shade):
    """A transparent canvas with ink of one shade."""
    canvas = Image.new("RGBA", (PAGE.shape[1], PAGE.shape[0]), (shade, shade, shade, 255))
    canvas.putalpha(Image.fromarray(((235 - PAGE) * (255 / 195)).astype(np.uint8)))
    return canvas


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_every_form_of_picture_is_read(form):
    assert paper.likeness(DRAWN, picture.read(paper.encoded(PAGE, form)).pixels) > 0.95


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("RGB", "JPEG"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
        ("I", "TIFF"),
        ("F", "TIFF"),
        ("RGBA", "WEBP"),
    ],
)
def test_every_mode_of_pixels_is_read(mode, form):
    image = Image.fromarray(PAGE).convert("RGB" if mode in {"CMYK", "YCbCr"} else "L").convert(mode)
    assert paper.likeness(DRAWN, picture.read(paper.encoded(image, form)).pixels) > 0.95


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_read(form):
    deep = Image.fromarray(PAGE.astype(np.uint16) * 200 + 900)
    assert paper.likeness(DRAWN, picture.read(paper.encoded(deep, form)).pixels) > 0.95


def test_values_without_end_are_passed_over():
    bright = PAGE.astype(np.float32) / 255
    bright[:3, :5] = [np.inf, -np.inf, np.nan, np.inf, np.nan]
    data = paper.encoded(Image.fromarray(bright), "TIFF")
    assert paper.likeness(DRAWN, picture.read(data).pixels) > 0.95


def test_black_and_white_is_read():
    sheet = Image.fromarray(PAGE).point(lambda level: 255 if level > 128 else 0).convert("1")
    assert paper.likeness(DRAWN, picture.read(paper.encoded(sheet)).pixels) > 0.95


@pytest.mark.parametrize("shade", [0, 60, 200, 255])
def test_a_transparent_canvas_is_read_with_dark_ink_and_with_light(shade):
    assert paper.likeness(DRAWN, picture.read(paper.encoded(on_canvas(shade))).pixels) > 0.95


@pytest.mark.parametrize("degrees", [0, 5, 15])
@pytest.mark.parametrize("sheet", [PAGE, 255 - PAGE], ids=["dark ink", "light ink"])
def test_paper_cut_out_of_its_ground_is_read_as_on_more_of_it(sheet, degrees):
    cut = Image.fromarray(sheet).convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    around = Image.new("RGBA", (cut.width + 120, cut.height + 120))
    around.paste(cut, (60, 60))
    more = Image.new("RGBA", around.size, (*[int(sheet[0, 0])] * 3, 255))
    more.alpha_composite(around)
    whole = picture.read(paper.encoded(more.convert("L"))).pixels
    assert paper.likeness(whole, picture.read(paper.encoded(around)).pixels) > 0.95


def test_a_palette_with_transparency_is_read():
    canvas = on_canvas(0).convert("P")
    assert paper.likeness(DRAWN, picture.read(paper.encoded(canvas, "GIF", transparency=0)).pixels) > 0.9
    mask = Image.fromarray(np.where(PAGE < 128, 1, 0).astype(np.uint8), "L").convert("P")
    mask.putpalette([255, 0, 0, 20, 20, 20])
    assert paper.likeness(DRAWN, picture.read(paper.encoded(mask, transparency=0)).pixels) > 0.95


def test_of_an_animation_the_first_frame_is_read():
    second = Image.fromarray(paper.page(handwriting.ink("world")))
    frames = {"save_all": True, "append_images": [second.resize(PAGE.shape[::-1])], "duration": 100}
    assert paper.likeness(DRAWN, picture.read(paper.encoded(PAGE, "GIF", **frames)).pixels) > 0.95


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_exif_says_how_to_hold_it(orientation, form):
    strip = picture.read(paper.turned_by_exif(PAGE, orientation, form))
    assert paper.likeness(DRAWN, strip.pixels) > 0.95


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    "exif", [b"", b"nonsense", b"II*\0", b"II*\0\xff\xff\xff\x7f", b"MM\0*\0\0\0\x08\xff\xff"]
)
def test_damaged_exif_says_nothing(exif, form):
    data = paper.encoded(PAGE, form, exif=b"Exif\0\0" + exif)
    assert paper.likeness(DRAWN, picture.read(data).pixels) > 0.95


def test_a_large_photograph_is_read_at_a_working_size():
    large = Image.fromarray(PAGE).resize((5000, 5000 * PAGE.shape[0] // PAGE.shape[1]))
    assert max(encoded.decode(paper.encoded(large, "JPEG")).shape) == 1600


@pytest.mark.parametrize("mode", ["I;16", "I", "F", "RGBA", "LA"])
def test_what_is_computed_in_floating_point_is_made_smaller_first(mode, monkeypatch):
    asked, asarray = [], np.asarray
    monkeypatch.setattr(
        encoded.np, "asarray", lambda what, **kind: asked.append(what) or asarray(what, **kind)
    )
    large = Image.fromarray(PAGE).resize((5000, 5000 * PAGE.shape[0] // PAGE.shape[1])).convert("L")
    form = "TIFF" if mode in {"I", "F"} else "PNG"
    image = Image.fromarray(asarray(large).astype(np.uint16)) if mode == "I;16" else large.convert(mode)
    assert max(encoded.decode(paper.encoded(image, form)).shape) == 1600
    assert max(max(picture.size) for picture in asked) < 2 * 1600


# What is refused


def test_a_picture_cut_short_is_truncated():
    for form in encoded.FORMATS:
        data = paper.encoded(PAGE, form)
        for length in (12, len(data) // 4, len(data) // 2):
            with pytest.raises(encoded.TruncatedPictureError):
                picture.read(data[:length])


def test_an_empty_file_is_truncated():
    with pytest.raises(encoded.TruncatedPictureError):
        picture.read(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\n",
        b"\0" * 1000,
        b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0h9'/></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"%PDF-1.7\n",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b'{"strokes": [[[1, 2]]]}',
    ],
)
def test_what_is_no_picture_is_unsupported(data):
    with pytest.raises(encoded.UnsupportedPictureError):
        picture.read(data)


@pytest.mark.parametrize("form", ["PPM", "ICO", "PDF", "JPEG2000"])
def test_other_forms_of_pictures_are_unsupported(form):
    with pytest.raises(encoded.UnsupportedPictureError):
        picture.read(paper.encoded(Image.fromarray(PAGE), form))


def test_colours_that_are_not_known_are_unsupported():
    lab = Image.fromarray(PAGE).convert("RGB").convert("LAB")
    with pytest.raises(encoded.UnsupportedPictureError):
        picture.read(paper.encoded(lab, "TIFF"))


@pytest.mark.parametrize(
    "size", [(30_000, 30_000), (10_000, 10_000), (7_100, 7_100), (2_000_000_000, 1), (65_536, 1), (1, 65_536)]
)
def test_too_many_pixels_are_refused_before_they_are_decoded(size, monkeypatch):
    monkeypatch.setattr(Image.core, "zip_decoder", None)
    with pytest.raises(encoded.TooLargePictureError):
        picture.read(paper.hollow_png(*size))


def test_a_tile_of_too_many_pixels_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.core, "libtiff_decoder", None)
    with pytest.raises(encoded.TooLargePictureError):
        picture.read(paper.tiled_tiff(64, 20_480))


def test_random_damage_is_refused_or_read_and_nothing_else():
    random = np.random.default_rng(7)
    small = Image.fromarray(PAGE).resize((160, 70))
    files = [paper.encoded(small, form) for form in encoded.FORMATS]
    files += [paper.turned_by_exif(np.asarray(small), 6, form) for form in ("PNG", "WEBP")]
    refusals = (
        encoded.UnsupportedPictureError,
        encoded.TruncatedPictureError,
        encoded.TooLargePictureError,
        NothingToReadError,
    )
    for turn in range(400):
        data = bytearray(files[turn % len(files)])
        for place in random.integers(min(len(data), 400), size=4):
            data[place] = random.integers(256)
        with suppress(*refusals):
            assert picture.read(bytes(data)).pixels.shape[0] == HEIGHT
