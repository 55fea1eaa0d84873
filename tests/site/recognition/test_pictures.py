import tracemalloc
from contextlib import suppress

import pytest
from PIL import Image

from pymano.recognition import pictures
from pymano.recognition.refusal import Refusal
from tests.paper import hollow_png, tiled_tiff
from tests.site.drawings import HEIC, SVG, data_url, picture


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        pictures.inspect(data)
    return refusal.value.code


@pytest.mark.parametrize(
    ("kind", "media_type", "extension"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpeg"),
        ("GIF", "image/gif", "gif"),
        ("WEBP", "image/webp", "webp"),
        ("BMP", "image/bmp", "bmp"),
        ("TIFF", "image/tiff", "tiff"),
        ("MPO", "image/jpeg", "jpeg"),
    ],
)
def test_it_knows_a_picture_by_its_content(kind, media_type, extension):
    data = picture(kind)
    seen = pictures.inspect(data)
    assert (seen.data, seen.media_type, seen.extension) == (data, media_type, extension)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"mode": "CMYK"}),
        ("PNG", {"mode": "I;16"}),
        ("PNG", {"mode": "P", "transparency": 0}),
        ("GIF", {"save_all": True, "append_images": [Image.new("RGB", (60, 30), "black")]}),
    ],
    ids=["CMYK", "16 bit", "palette with transparency", "animated"],
)
def test_it_takes_unusual_pictures(kind, options):
    assert pictures.inspect(picture(kind, **options))


@pytest.mark.parametrize(
    "data", [SVG, HEIC, b"hello", b"BMW is a car", b"%PDF-1.7", picture("PPM"), picture("ICO")]
)
def test_it_refuses_other_files(data):
    assert refusal_of(data) == "unsupported_media_type"


@pytest.mark.parametrize(
    ("kind", "length"), [("PNG", 20), ("JPEG", 20), ("GIF", 10), ("WEBP", 20), ("BMP", 20)]
)
def test_it_refuses_a_header_cut_short(kind, length):
    assert refusal_of(picture(kind)[:length]) == "malformed"


def test_it_refuses_an_empty_file():
    assert refusal_of(b"") == "malformed"


def test_it_refuses_a_picture_without_height():
    assert refusal_of(hollow_png(10, 0)) == "malformed"


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8_000, 7_000), (2**31 - 1, 2**31 - 1)])
def test_it_refuses_too_many_pixels_without_decoding_them(size):
    assert len(hollow_png(*size)) < 10_000
    assert refusal_of(hollow_png(*size)) == "too_large"


def test_it_refuses_a_small_picture_in_a_tile_of_too_many_pixels():
    assert pictures.inspect(tiled_tiff(64, 256)).media_type == "image/tiff"
    assert refusal_of(tiled_tiff(64, 20_480)) == "too_large"


def test_it_takes_fifty_megapixels():
    assert pictures.inspect(hollow_png(10_000, 5_000))


def test_it_refuses_more_than_ten_megabytes():
    assert refusal_of(picture() + bytes(pictures.BYTES)) == "too_large"


def test_it_takes_a_progressive_jpeg():
    assert pictures.inspect(picture("JPEG", progressive=True))


def test_it_refuses_a_jpeg_that_would_take_minutes_to_decode():
    whole = picture("JPEG", progressive=True)
    last = whole.rindex(pictures.SCAN)
    assert refusal_of(whole[:last] + whole[last:-2] * 1000 + whole[-2:]) == "too_large"


def test_damaged_headers_are_refused_whatever_they_hold():
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"):
        data = picture(kind)
        for place in range(min(len(data), 80)):
            damaged = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
            with suppress(Refusal):
                pictures.inspect(damaged)


@pytest.mark.parametrize(
    "media_type", ["image/png", "IMAGE/PNG", "image/jpeg", "image/jpg", "image/png;name=a.png"]
)
def test_a_data_url_is_read_by_its_content(media_type):
    assert pictures.from_data_url(data_url(picture(), media_type)).media_type == "image/png"


def test_line_ends_in_base64_do_no_harm():
    url = data_url(picture())
    assert pictures.from_data_url(url[:60] + "\r\n" + url[60:])


def test_a_head_without_an_end_takes_little_memory():
    url = "data:" + ";" * 1_000_000
    tracemalloc.start()
    with pytest.raises(Refusal):
        pictures.from_data_url(url)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1_000_000


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "malformed"),
        ("hello", "malformed"),
        ("data:image/png,hello", "malformed"),
        ("data:image/png;base64", "malformed"),
        ("data:image/png;base64,", "malformed"),
        ("data:image/png;base64,???", "malformed"),
        ("data:image/png;base64,abc", "malformed"),
        ("data:image/png;base64,é", "malformed"),
        (data_url(b"hello", "text/plain"), "unsupported_media_type"),
        (data_url(SVG, "image/svg+xml"), "unsupported_media_type"),
        (data_url(SVG), "unsupported_media_type"),
        (data_url(HEIC, "image/heic"), "unsupported_media_type"),
        ("data:image/png;base64," + "A" * 15_000_000, "too_large"),
    ],
    ids=lambda value: value[:40],
)
def test_it_refuses_a_bad_data_url(url, code):
    with pytest.raises(Refusal) as refusal:
        pictures.from_data_url(url)
    assert refusal.value.code == code


def test_it_refuses_many_scans_of_many_pixels_and_takes_few():
    whole = picture("JPEG", (5000, 4000), mode="L", progressive=True)
    last = whole.rindex(pictures.SCAN)
    assert pictures.inspect(whole[:last] + whole[last:-2] * 50 + whole[-2:])
    assert refusal_of(whole[:last] + whole[last:-2] * 200 + whole[-2:]) == "too_large"


@pytest.mark.parametrize("size", [(65_536, 1), (1, 65_536), (1, 50_000_000)])
def test_it_refuses_a_thread_of_pixels(size):
    assert refusal_of(hollow_png(*size)) == "too_large"
