import numpy as np

from training import strip_store
from training.samples import Sample


def test_strips_come_back_as_they_were(tmp_path, random):
    widths = (24, 1600, 7)
    lines = [
        (number, Sample(random.integers(0, 256, (48, width), np.uint8), text))
        for number, width, text in zip((7, 1, 7), widths, ("hello", "l'été", "a b"), strict=True)
    ]
    strip_store.save(lines, tmp_path / "lines.strips")
    found = strip_store.load(tmp_path / "lines.strips")
    assert [(copy, sample.text) for copy, sample in found] == [(7, "hello"), (1, "l'été"), (7, "a b")]
    for (_, one), (_, two) in zip(lines, found, strict=True):
        assert two.pixels.dtype == np.uint8
        assert np.array_equal(one.pixels, two.pixels)
