"""How a picture's file is put together, looked at before a parser is let at it.

Pillow reads the heads of files in Python, part by part. A file of ten megabytes can have millions of parts
with nothing in them, and keep a process busy for half a minute, or fill its memory. Encoders make hundreds.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from struct import calcsize, iter_unpack, unpack_from
from struct import error as StructError  # noqa: N812 - struct calls it "error"

# Of a PNG: chunks in all, and those without pixels (fcTL and fdAT are the frames of an animation).
CHUNKS = 20_000
CHUNKS_BESIDE = 200
PIXEL_CHUNKS = (b"IDAT", b"fcTL", b"fdAT")
# Of a JPEG before its pixels: segments, and bytes between them.
SEGMENTS = 5_000
MARKER = re.compile(rb"\xff([^\xff])", re.DOTALL)
START_OF_SCAN = 0xDA
WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xDA)}
# Of a TIFF: pieces that its pixels lie in.
PIECES = 100_000
PIECE_OFFSETS = {273, 324}


def is_shredded(data: bytes) -> bool:
    """Whether a PNG, JPEG or TIFF file has more parts than a parser should be given; other files have not."""
    return any(data.startswith(beginning) and has_many(data) for beginning, has_many in LOOKS.items())


def _has_many_chunks(data: bytes) -> bool:
    kinds = Counter(islice(_chunks(data), CHUNKS + 1))
    with_pixels = sum(kinds[kind] for kind in PIXEL_CHUNKS)
    return kinds.total() > CHUNKS or kinds.total() - with_pixels > CHUNKS_BESIDE


def _chunks(data: bytes) -> Iterator[bytes]:
    """The kinds of the chunks, up to the last; parsers look at nothing behind it."""
    place, kind = 8, b""
    while place + 8 <= len(data) and kind != b"IEND":
        kind = data[place + 4 : place + 8]
        yield kind
        place += 12 + int.from_bytes(data[place : place + 4])


def _has_many_segments(data: bytes) -> bool:
    place, parts = 2, 0
    while parts <= SEGMENTS and (found := MARKER.search(data, place)):
        parts += found.end() - place - 1
        marker, place = found[1][0], found.end()
        if marker == START_OF_SCAN:
            break
        if marker not in WITHOUT_LENGTH:
            place += max(2, int.from_bytes(data[place : place + 2]))
    return parts > SEGMENTS


def _has_many_pieces(data: bytes) -> bool:
    """Look at the first directory; one that lies outside of the file is Pillow's to refuse."""
    order = "<" if data.startswith(b"II") else ">"
    # By this byte alone, as Pillow does; so big-endian files are never BigTIFF.
    address, number, entry = ("Q", "Q", "HHQ8x") if data[2:3] == b"+" else ("I", "H", "HHI4x")
    try:
        (place,) = unpack_from(order + address, data, calcsize(order + address))
        (entries,) = unpack_from(order + number, data, place)
        table = data[place + calcsize(order + number) :][: entries * calcsize(order + entry)]
    except (StructError, OverflowError):
        return False
    whole = len(table) - len(table) % calcsize(order + entry)
    return any(
        tag in PIECE_OFFSETS and count > PIECES for tag, _, count in iter_unpack(order + entry, table[:whole])
    )


LOOKS: dict[bytes, Callable[[bytes], bool]] = {
    b"\x89PNG\r\n\x1a\n": _has_many_chunks,
    b"\xff\xd8\xff": _has_many_segments,
    b"II": _has_many_pieces,
    b"MM": _has_many_pieces,
}
