"""Sets of handwriting in the formats of the real ones, written by the tests themselves."""

import gzip
import json
import string

import numpy as np
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from tests import handwriting, paper

WRITERS = [f"w{number:02}" for number in range(31)]
HELD_OUT = {"w00", "w15", "w30"}
TWO_LINES = [[[0, 0], [400, 300], [0, 600], [400, 1000]]]


def integers(strokes, size=1000):
    """Ink in integers, its height `size`, as the sets hold it."""
    points = np.array([point[:2] for stroke in strokes for point in stroke])
    scale = size / max(np.ptp(points[:, 1]), np.ptp(points[:, 0]) / 8, 1)
    low = points.min(axis=0)
    return [[[round((x - low[0]) * scale), round((y - low[1]) * scale)] for x, y, *_ in s] for s in strokes]


def item(text, writer="unipen-abc-1", strokes=None):
    return {
        "text": text,
        "writer": writer,
        "source": "test",
        "strokes": strokes or integers(handwriting.ink(text)),
    }


def write_set(path, items):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(each) + "\n" for each in items)
    return path


def write_font(path, characters):
    """A font in which each of these characters is a box, as wide as it is high."""
    names = {ord(character): f"box{ord(character)}" for character in characters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    pen = TTGlyphPen(None)
    corners = [(100, 0), (100, 700), (700, 700), (700, 0)]
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()
    box = pen.glyph()
    builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], box))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (800, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path.parent.mkdir(parents=True, exist_ok=True)
    builder.save(path)
    return path


def write_pages(folder, *pages):
    """Scanned pages, each (copy, texts): one line of writing below the other, with their polygons."""
    records = []
    for number, (copy, texts) in enumerate(pages):
        sheets = [paper.page(handwriting.ink("hello"), scale=0.5, pen=3, margin=20) for _ in texts]
        name = f"pages/{number}.jpg"
        (folder / "pages").mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(paper.encoded(np.vstack(sheets), "JPEG", quality=95))
        high, wide = sheets[0].shape
        lines = [
            {"text": text, "baseline": [], "polygon": box(8, row * high + 8, wide - 8, (row + 1) * high - 8)}
            for row, text in enumerate(texts)
        ]
        records.append({"image": name, "copy": copy, "lines": lines})
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "pages.jsonl").write_text(lines, encoding="utf-8")
    return folder


def box(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def write_data(data):
    """A data folder such as training takes, in which held-out writers alone write "tide" and the digit 9."""
    write_set(
        data / "unipen" / "words-train.jsonl.gz",
        [item("tide" if writer in HELD_OUT | {"w04"} else "hello", writer) for writer in WRITERS],
    )
    lines = [item("hello world", writer) for writer in WRITERS]
    lines += [item("hello world here", "w01", TWO_LINES)]
    write_set(data / "unipen" / "lines-train.jsonl.gz", lines)
    letters = [item(each, "w04", TWO_LINES) for each in "9" + string.ascii_lowercase]
    letters += [item(each, "w05", TWO_LINES) for each in string.ascii_lowercase]
    write_set(data / "unipen" / "characters-train.jsonl.gz", letters)
    write_pages(data / "copiste", *((copy, ["hello" if copy else "world"]) for copy in range(11)))
    (data / "text").mkdir()
    (data / "text" / "wamerican_words.txt").write_text("hello\nhat9\nhole\n")
    with gzip.open(data / "text" / "wordnet_glosses.txt.gz", "wt") as glosses:
        glosses.write("hello old hole\n")
    write_font(data / "fonts" / "boxes.ttf", "helo ")
    return data
