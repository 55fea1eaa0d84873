"""Pictures of handwriting end as the strips that its strokes would have been drawn on."""

from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from crnn import ink, picture
from crnn.strip import HEIGHT, MAX_WIDTH, MIN_WIDTH, NothingToReadError
from tests import handwriting, paper

HELLO = handwriting.ink("hello")
PAGE = paper.page(HELLO)
DRAWN = ink.draw(ink.parse(HELLO)).pixels

PRINTED = {
    "T": [[[0, 0], [60, 0]], [[30, 0], [30, 100]]],
    "L": [[[0, 0], [0, 100], [60, 100]]],
    "E": [[[60, 0], [0, 0], [0, 100], [60, 100]], [[0, 50], [50, 50]]],
    "H": [[[0, 0], [0, 100]], [[60, 0], [60, 100]], [[0, 50], [60, 50]]],
    "7": [[[0, 0], [60, 0], [20, 100]]],
    "Z": [[[0, 0], [60, 0], [0, 100], [60, 100]]],
    "1": [[[5, 0], [5, 100]]],
    "+": [[[0, 30], [60, 30]], [[30, 0], [30, 60]]],
}


def strip_of(sheet):
    return picture.read(paper.encoded(sheet))


def likeness(sheet):
    return paper.likeness(DRAWN, strip_of(sheet).pixels)


def test_a_scan_becomes_the_strip_that_its_strokes_would():
    assert likeness(PAGE) > 0.95


def test_white_on_black_becomes_the_same():
    assert likeness(255 - PAGE) > 0.95


@pytest.mark.parametrize("ink", [170, 190, 205])
def test_faint_pencil_becomes_the_same(ink):
    assert likeness(paper.grainy(paper.page(HELLO, ink=ink, pen=4), spread=3)) > 0.92


@pytest.mark.parametrize("darkest", [0.6, 0.3, 0.15])
def test_a_shadow_over_the_paper_changes_nothing(darkest):
    assert likeness(paper.shaded(PAGE, darkest)) > 0.95


def test_noise_changes_nothing():
    assert likeness(paper.grainy(PAGE, spread=12)) > 0.95


@pytest.mark.parametrize("every", [45, 70])
def test_ruled_lines_are_wiped(every):
    assert likeness(paper.ruled(PAGE, every)) > 0.93


def test_a_photograph_has_all_of_it_at_once():
    sheet = paper.page(HELLO, ink=90, pen=6, margin=150)
    photograph = paper.grainy(paper.shaded(paper.ruled(sheet, shade=190), 0.4), spread=5)
    strip = picture.read(paper.encoded(photograph, "JPEG", quality=60))
    assert paper.likeness(DRAWN, strip.pixels) > 0.92


@pytest.mark.parametrize(("scale", "pen"), [(0.5, 3), (1, 4), (4, 16), (9, 20)])
def test_the_size_of_the_writing_changes_little(scale, pen):
    assert likeness(paper.page(HELLO, scale=scale, pen=pen, margin=round(40 * scale))) > 0.8


def test_a_hair_thin_pen_is_made_as_wide_as_a_usual_one():
    assert likeness(paper.page(HELLO, scale=9, pen=3)) > 0.9


@pytest.mark.parametrize("text", ["tall", "hill", "will", "d", "t", "hello"])
@pytest.mark.parametrize("margin", [6, 20])
def test_letters_that_fill_the_picture_keep_their_stems(text, margin):
    strokes = handwriting.ink(text)
    strip = strip_of(paper.page(strokes, margin=margin))
    assert paper.likeness(ink.draw(ink.parse(strokes)).pixels, strip.pixels) > 0.93


@pytest.mark.parametrize("letter", PRINTED)
@pytest.mark.parametrize("margin", [20, 80])
def test_a_letter_that_fills_the_picture_keeps_its_bars(letter, margin):
    strip = strip_of(paper.page(PRINTED[letter], margin=margin))
    assert paper.likeness(ink.draw(ink.parse(PRINTED[letter])).pixels, strip.pixels) > 0.9


def test_a_dot_on_a_page_is_ink():
    assert strip_of(paper.page([[[0, 0], [0.5, 0]]])).pixels.any()


def test_a_dash_on_a_page_is_not_blown_up():
    strip = strip_of(paper.page([[[0, 0], [60, 0]]]))
    rows = np.flatnonzero((strip.pixels > 127).any(axis=1))
    assert len(rows) < HEIGHT / 3


def test_specks_and_what_hangs_in_from_the_border_are_left_out():
    sheet = PAGE.copy()
    sheet[::97, ::89] = 60
    sheet[:14, 200:206] = 40
    assert likeness(sheet) > 0.95


def test_a_sloping_line_is_levelled():
    line = handwriting.ink("hello world hello")
    level = strip_of(paper.page(line)).pixels
    sheet = Image.fromarray(paper.page(line, margin=200))
    sloping = np.asarray(sheet.rotate(6, fillcolor=235, resample=Image.Resampling.BICUBIC))
    found = strip_of(sloping).pixels
    assert abs(found.shape[1] - level.shape[1]) < 0.1 * level.shape[1]


def test_a_line_too_long_for_a_strip_is_made_smaller():
    strip = strip_of(paper.page([[[x, (x // 10) % 2 * 10] for x in range(0, 3000, 10)]], scale=0.5, pen=2))
    assert strip.pixels.shape == (HEIGHT, MAX_WIDTH)


# Places


def test_places_are_fractions_of_the_whole_width():
    left, right = np.full((PAGE.shape[0], 900), 235, np.uint8), np.full((PAGE.shape[0], 300), 235, np.uint8)
    sheet = np.hstack([left, PAGE, right])
    strip = strip_of(sheet)
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    written = np.flatnonzero((sheet < 127).any(axis=0)) / sheet.shape[1]
    assert strip.fraction(columns[0]) == pytest.approx(written[0], abs=0.01)
    assert strip.fraction(columns[-1] + 1) == pytest.approx(written[-1], abs=0.01)


def test_places_count_from_the_side_that_is_left_in_the_upright_picture():
    sheet = np.hstack([np.full((PAGE.shape[0], 600), 235, np.uint8), PAGE])
    strip = picture.read(turned_by_exif(sheet, 6))
    columns = np.flatnonzero((strip.pixels > 127).any(axis=0))
    assert strip.fraction(columns[0]) == pytest.approx(680 / sheet.shape[1], abs=0.02)


# Forms of pictures


def turned_by_exif(sheet, orientation, form="JPEG"):
    """A file whose pixels lie, and whose EXIF says how to hold it."""
    undo = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    return paper.encoded(Image.fromarray(sheet).transpose(undo[orientation]), form, exif=exif)


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


def test_black_and_white_is_read():
    sheet = Image.fromarray(PAGE).point(lambda level: 255 if level > 128 else 0).convert("1")
    assert paper.likeness(DRAWN, picture.read(paper.encoded(sheet)).pixels) > 0.95


@pytest.mark.parametrize("shade", [0, 60, 200, 255])
def test_a_transparent_canvas_is_read_with_dark_ink_and_with_light(shade):
    assert paper.likeness(DRAWN, picture.read(paper.encoded(on_canvas(shade))).pixels) > 0.95


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
    strip = picture.read(turned_by_exif(PAGE, orientation, form))
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
    assert max(picture.decode(paper.encoded(large, "JPEG")).shape) == 1600


# What is refused


def test_a_picture_cut_short_is_truncated():
    for form in picture.FORMATS:
        data = paper.encoded(PAGE, form)
        for length in (12, len(data) // 4, len(data) // 2):
            with pytest.raises(picture.TruncatedPictureError):
                picture.read(data[:length])


def test_an_empty_file_is_truncated():
    with pytest.raises(picture.TruncatedPictureError):
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
    with pytest.raises(picture.UnsupportedPictureError):
        picture.read(data)


@pytest.mark.parametrize("form", ["PPM", "ICO", "PDF", "JPEG2000"])
def test_other_forms_of_pictures_are_unsupported(form):
    with pytest.raises(picture.UnsupportedPictureError):
        picture.read(paper.encoded(Image.fromarray(PAGE), form))


def test_colours_that_are_not_known_are_unsupported():
    lab = Image.fromarray(PAGE).convert("RGB").convert("LAB")
    with pytest.raises(picture.UnsupportedPictureError):
        picture.read(paper.encoded(lab, "TIFF"))


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (7_100, 7_100), (2_000_000_000, 1)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size, monkeypatch):
    monkeypatch.setattr(Image.core, "zip_decoder", None)
    with pytest.raises(picture.TooLargePictureError):
        picture.read(paper.hollow_png(*size))


def test_random_damage_is_refused_or_read_and_nothing_else():
    random = np.random.default_rng(7)
    small = Image.fromarray(PAGE).resize((160, 70))
    files = [paper.encoded(small, form) for form in picture.FORMATS]
    files += [turned_by_exif(np.asarray(small), 6, form) for form in ("PNG", "WEBP")]
    refusals = (
        picture.UnsupportedPictureError,
        picture.TruncatedPictureError,
        picture.TooLargePictureError,
        NothingToReadError,
    )
    for turn in range(400):
        data = bytearray(files[turn % len(files)])
        for place in random.integers(min(len(data), 400), size=4):
            data[place] = random.integers(256)
        with suppress(*refusals):
            assert picture.read(bytes(data)).pixels.shape[0] == HEIGHT


# Nothing to read


def blank(shade, size=(300, 800)):
    return np.full(size, shade, np.uint8)


@pytest.mark.parametrize("shade", [255, 235, 128, 60, 0])
def test_blank_paper_of_any_shade_is_nothing_to_read(shade):
    with pytest.raises(NothingToReadError):
        strip_of(blank(shade))


@pytest.mark.parametrize("shade", [255, 200, 128, 60, 0])
@pytest.mark.parametrize("spread", [3, 10, 25])
def test_noise_on_blank_paper_is_nothing_to_read(shade, spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(blank(shade), spread=spread))


@pytest.mark.parametrize("quality", [10, 50, 90])
def test_blank_paper_in_a_jpeg_is_nothing_to_read(quality):
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(paper.grainy(blank(200)), "JPEG", quality=quality))


def test_blank_paper_in_sixteen_bits_is_nothing_to_read():
    noise = np.random.default_rng(0).normal(60_000, 50, (300, 800)).astype(np.uint16)
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(Image.fromarray(noise)))


@pytest.mark.parametrize("spread", [0, 6])
def test_a_shadow_over_blank_paper_is_nothing_to_read(spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(paper.shaded(blank(240)), spread=spread))


@pytest.mark.parametrize("spread", [0, 6])
def test_ruled_lines_alone_are_nothing_to_read(spread):
    with pytest.raises(NothingToReadError):
        strip_of(paper.grainy(paper.ruled(blank(235)), spread=spread))


def test_an_empty_canvas_is_nothing_to_read():
    with pytest.raises(NothingToReadError):
        picture.read(paper.encoded(Image.new("RGBA", (600, 300), (0, 0, 0, 0))))


@pytest.mark.parametrize(
    "size", [(1, 1), (2, 3), (1, 5000), (5000, 1), (5, 20_000), (20_000, 5), (60_000, 2)]
)
@pytest.mark.parametrize("shade", [0, 255])
def test_a_blank_picture_of_any_size_is_nothing_to_read(size, shade):
    with pytest.raises(NothingToReadError):
        strip_of(blank(shade, size))


@pytest.mark.parametrize("size", [(40, 5000), (5000, 40)])
def test_a_long_and_narrow_picture_is_read(size):
    sheet = blank(235, size)
    sheet[size[0] // 2 - 10 : size[0] // 2 + 10, size[1] // 2 - 8 : size[1] // 2 + 8] = 30
    assert MIN_WIDTH <= strip_of(sheet).pixels.shape[1] <= MAX_WIDTH
