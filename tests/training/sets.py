"""Sets of handwriting in the formats of the real ones, written by the tests themselves."""

import gzip
import json

import numpy as np

from tests import handwriting


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
