"""Pictures that are all seams: what would keep Pillow busy is refused before Pillow sees it."""

import zlib
from struct import pack

import pytest
from PIL import Image

from pymano.recognition import pictures, structure
from pymano.recognition.refusal import Refusal
from tests.site.drawings import picture

PNG, JPEG = picture("PNG"), picture("JPEG")
BIG_CHUNK = b"x\0\0" + zlib.compress(bytes(900_000))


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))


def before_the_pixels(*chunks: bytes) -> bytes:
    place = PNG.index(b"IDAT") - 4
    return PNG[:place] + b"".join(chunks) + PNG[place:]


def behind_the_pixels(*chunks: bytes) -> bytes:
    place = PNG.index(b"IEND") - 4
    return PNG[:place] + b"".join(chunks) + PNG[place:]


def in_the_head(*segments: bytes) -> bytes:
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


def tiff(pieces: int, *, head: bytes = b"II*\0", number: int = 9) -> bytes:
    """A TIFF of one column, each row in a piece of its own; `number` is how many tags it says that it has."""
    order = "<" if head.startswith(b"II") else ">"
    big = head[2:3] == b"+"
    tags = [(256, 3, 1, 1), (257, 4, 1, pieces), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 3, pieces, 400), (277, 3, 1, 1), (278, 3, 1, 1), (279, 3, 1, 1)]
    start = pack(order + "HHQ", 8, 0, 16) if big else pack(order + "I", 8)
    count = pack(order + ("Q" if big else "H"), number)
    entries = b"".join(_tag(order, big, *tag) for tag in tags)
    return (head + start + count + entries).ljust(400, b"\0") + pack(order + "H", 1) * pieces


def _tag(order: str, big: bool, tag: int, kind: int, count: int, value: int) -> bytes:
    inside = "H" if kind == 3 and count == 1 else "Q" if big else "I"
    return pack(order + "HH" + ("Q" if big else "I"), tag, kind, count) + pack(order + inside, value).ljust(
        8 if big else 4, b"\0"
    )


SHREDDED = {
    "empty chunks before the pixels": before_the_pixels(*[chunk(b"abCd")] * 700_000),
    "empty chunks behind the pixels": behind_the_pixels(*[chunk(b"abCd")] * 700_000),
    "a million pieces of pixels": before_the_pixels(*[chunk(b"IDAT")] * 800_000),
    "profiles that grow when unpacked": before_the_pixels(*[chunk(b"iCCP", BIG_CHUNK)] * 5_000),
    "empty comments": in_the_head(*[b"\xff\xfe\0\2"] * 2_400_000),
    "empty segments": in_the_head(*[b"\xff\xe5\0\2"] * 2_400_000),
    "segments without a length": in_the_head(*[b"\xff\xd0"] * 4_800_000),
    "filling": in_the_head(b"\xff" * 9_000_000),
    "rubbish between segments": in_the_head(b"\xff\xe5\0\2", b"\0" * 9_000_000),
    "tables": in_the_head(*[JPEG[JPEG.index(b"\xff\xdb") :][:69]] * 140_000),
    "a piece a row": tiff(4_700_000),
    "a piece a row, big-endian": tiff(4_700_000, head=b"MM\0*"),
    "a piece a row, BigTIFF": tiff(4_700_000, head=b"II+\0"),
    "a piece a row, of a byte order that is odd": tiff(4_700_000, head=b"II\0*"),
    "a piece a row, and more tags than there are": tiff(4_700_000, number=65_535),
}


@pytest.mark.parametrize("data", SHREDDED.values(), ids=SHREDDED)
def test_it_refuses_a_picture_of_too_many_parts(data, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("Pillow was asked"))
    assert len(data) < pictures.BYTES
    with pytest.raises(Refusal) as refusal:
        pictures.inspect(data)
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        before_the_pixels(*[chunk(b"tEXt", b"a\0b")] * 100),
        behind_the_pixels(*[chunk(b"fcTL")] * 5_000),
        in_the_head(*[b"\xff\xe2\0\2"] * 300),
        in_the_head(b"\xff" * 100),
        tiff(5_000),
        tiff(5_000, head=b"MM\0*"),
        tiff(5_000, head=b"II+\0"),
        picture("TIFF", (1500, 1500), compression="tiff_adobe_deflate"),
        picture("JPEG", (1500, 1500), progressive=True, exif=b"Exif\0\0II*\0\x08" + bytes(60_000)),
    ],
)
def test_it_takes_one_of_many(data):
    assert not structure.is_shredded(data)
    assert pictures.inspect(data)


@pytest.mark.parametrize(
    "head", [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
)
@pytest.mark.parametrize("rest", [b"", b"\xff" * 3, b"\xff" * 40, b"\0" * 40, b"\1" * 40])
def test_a_head_that_leads_nowhere_is_left_to_pillow(head, rest):
    assert not structure.is_shredded(head + rest)
