"""Words composed from single written characters: every letter, digit and mark in any order, in one hand."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from crnn import ink
from crnn.ink import Points
from training.augment import random_pen, vary_ink
from training.ink_store import InkStore
from training.phrases import Phrases
from training.samples import Sample

_TALL, _SMALL = (0.0, 1.0), (0.42, 1.0)
_BANDS: dict[str, tuple[float, float]] = (
    dict.fromkeys("acemnorsuvwxz", _SMALL)
    | dict.fromkeys("gpqy", (0.42, 1.45))
    | {
        "j": (0.1, 1.45),
        "t": (0.15, 1.0),
        ".": (0.9, 1.0),
        ",": (0.88, 1.15),
        "'": (0.0, 0.25),
        '"': (0.0, 0.25),
    }
    | {
        "-": (0.62, 0.68),
        "_": (1.05, 1.1),
        ":": (0.5, 1.0),
        ";": (0.5, 1.15),
        "=": (0.5, 0.8),
        "+": (0.3, 0.9),
    }
    | {
        "*": (0.1, 0.5),
        "^": (0.0, 0.3),
        "~": (0.5, 0.7),
        "@": (0.1, 1.15),
        "<": (0.35, 0.95),
        ">": (0.35, 0.95),
    }
    | {"`": (0.0, 0.2), "(": (-0.1, 1.15), ")": (-0.1, 1.15), "/": (-0.05, 1.1), "|": (-0.1, 1.15)}
)
"""Where a character stands: top and bottom, with 0 the height of capitals and 1 the baseline."""


class ComposedSource:
    """Sets a phrase from the characters of one writer, side by side."""

    def __init__(self, characters: InkStore, indices: Sequence[int], phrases: Phrases) -> None:
        """Take the single characters among these items of a set; longer items are left out."""
        self._store = characters
        self._phrases = phrases
        self._of: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index in indices:
            text, writer = str(characters.texts[index]), str(characters.writers[index])
            if len(text) == 1:
                self._of[writer][text].append(index)
        self._writers = [writer for writer, shapes in self._of.items() if len(shapes) >= 20]
        self._anyone: dict[str, list[int]] = defaultdict(list)
        for shapes in self._of.values():
            for character, own in shapes.items():
                self._anyone[character].extend(own)

    def draw(self, random: np.random.Generator) -> Sample:
        """Compose one phrase; a character that the writer has not is borrowed from another."""
        while True:
            text = self._phrases.draw(random)[:24].strip()
            if self.spells(text):
                break
        strokes = vary_ink(self.compose(text, random), random)
        return Sample.of(ink.draw(strokes, random_pen(random)), text)

    def spells(self, text: str) -> bool:
        """Tell whether somebody wrote each character of `text`."""
        return bool(text) and all(character in self._anyone for character in text if character != " ")

    def compose(self, text: str, random: np.random.Generator) -> list[Points]:
        """Set a text that can be spelled, in one writer's hand where it has the characters."""
        own = self._of[self._writers[random.integers(len(self._writers))]]
        return self._set(text, own, random)

    def _set(self, text: str, own: dict[str, list[int]], random: np.random.Generator) -> list[Points]:
        strokes: list[Points] = []
        x, gap = 0.0, random.uniform(40, 220)
        for character in text:
            if character == " ":
                x += random.uniform(450, 800)
                continue
            shape = self._shape(character, own, random)
            strokes += [stroke + np.array([x, 0], np.float32) for stroke in shape]
            x = max(float(stroke[:, 0].max()) for stroke in strokes) + gap * random.uniform(0.4, 1.6)
        return strokes

    def _shape(self, character: str, own: dict[str, list[int]], random: np.random.Generator) -> list[Points]:
        """One written character at its usual size and height, its left edge at 0, capitals 1,000 high."""
        indices = own.get(character) or self._anyone[character]
        strokes = self._store.strokes(indices[random.integers(len(indices))])
        frame = ink.Frame.around(strokes)
        top, bottom = _BANDS.get(character, _TALL)
        size = 1000 * (bottom - top) * np.exp(random.normal(0, 0.08))
        scale = min(size / max(frame.height, 1), 900 / max(frame.width, 1))
        middle = 500 * (top + bottom) + random.normal(0, 20)
        y = (
            middle - frame.height * scale / 2
            if character in "-_~=+*"
            else 1000 * bottom - frame.height * scale
        )
        origin, place = np.array([[frame.left, frame.top], [0, y]], np.float32)
        return [(stroke - origin) * np.float32(scale) + place for stroke in strokes]
