"""Photographs of writing, made up: ink on its ground, with rules, tables, neighbours, light and lens.

Each is read by `crnn.picture`, as a real one is, so that the network sees what is left of it in serving.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from crnn import ink, picture
from crnn.ink import Points
from crnn.strip import NothingToReadError
from training.augment import vary_ink
from training.ink_store import InkStore
from training.items import Items
from training.samples import Pixels, Sample

Light = npt.NDArray[np.float32]
"""(height, width): how much light comes back, 0 to 1 and a little over."""

_WIDEST = 1000
_SHIFT = 4
_ASCENDING, _DESCENDING = frozenset("bdfhijklt"), frozenset("fgjpqyzçQ,;")
_ASCENDER, _DESCENDER = 0.9, 0.7  # of the height of a small letter


class PhotographSource:
    """The items of an ink set, each written on paper and photographed."""

    def __init__(self, store: InkStore, items: Items) -> None:
        """Draw from these items of the store; their neighbours on the paper are others of them."""
        self._store = store
        self._items = items

    def draw(self, random: np.random.Generator) -> Sample:
        """Take one photograph; one in which nothing can be found is thrown away."""
        while True:
            index, other = (self._items.draw(random) for _ in range(2))
            strokes = vary_ink(self._store.strokes(index), random)
            text = str(self._store.texts[index])
            grey = photograph(strokes, text, self._store.strokes(other), random)
            try:
                strip = picture.fit(picture.crop(picture.strength(grey)))
            except NothingToReadError:
                continue
            return Sample.of(strip, text)


def photograph(
    strokes: Sequence[Points], text: str, neighbour: Sequence[Points], random: np.random.Generator
) -> Pixels:
    """Photograph a text's ink, at times with a piece of a neighbour at the border: (height, width), grey."""
    frame = ink.Frame.around(strokes)
    reference = max(ink.reference_height(strokes, frame), 1.0)
    scale = min(random.uniform(36, 120) / reference, _WIDEST / max(frame.width, 1.0))
    high = scale * reference
    x_height = high * _x_height(text)
    pen = max(1.0, x_height * float(np.exp(random.normal(-1.85, 0.4))))
    margins = np.rint(high * random.uniform(0.15, 1.0, 4)).astype(int)  # left, top, right, bottom
    width = int(frame.width * scale) + int(margins[0] + margins[2])
    height = int(frame.height * scale) + int(margins[1] + margins[3])
    origin = np.array([frame.left, frame.top], np.float32)
    placed = [(stroke - origin) * np.float32(scale) + margins[:2].astype(np.float32) for stroke in strokes]
    mark = _mark(placed, (height, width), pen)
    if random.random() < 0.35:
        mark = np.maximum(mark, _neighbour(neighbour, (height, width), pen, margins, random))
    shot = _written(mark, high, random)
    if random.random() < 0.15:
        shot = _on_table(shot, high, random)
    return _exposed(shot * _lit(shot.shape, random), x_height, random)


def _x_height(text: str) -> float:
    """About which share of a text's height a small letter such as x has, or would have."""
    above = any(character in _ASCENDING or character.isupper() or character.isdigit() for character in text)
    below = any(character in _DESCENDING for character in text)
    return 1 / (1 + _ASCENDER * above + _DESCENDER * below)


def _mark(strokes: Sequence[Points], shape: tuple[int, int], pen: float) -> Light:
    """Where a round pen went: 0 to 1."""
    canvas = np.zeros(shape, np.uint8)
    for stroke in strokes:
        points = np.rint(stroke * (1 << _SHIFT)).astype(np.int32)
        if len(points) == 1:
            centre = (int(points[0, 0]), int(points[0, 1]))
            cv2.circle(canvas, centre, round(pen * 0.7 * (1 << _SHIFT)), 255, -1, cv2.LINE_AA, _SHIFT)
        else:
            cv2.polylines(canvas, [points], False, 255, max(1, round(pen)), cv2.LINE_AA, _SHIFT)
    return np.asarray(canvas / np.float32(255), np.float32)


def _neighbour(
    strokes: Sequence[Points],
    shape: tuple[int, int],
    pen: float,
    margins: npt.NDArray[np.int_],
    random: np.random.Generator,
) -> Light:
    """Another word in the line above or below, of which the lower or upper end hangs into the picture."""
    height, width = shape
    frame = ink.Frame.around(strokes)
    size = random.uniform(0.6, 1.2) * (height - margins[1] - margins[3])
    scale = size / max(frame.height, frame.width / 8, 1.0)
    seen = random.uniform(0.1, 0.6)
    above = random.random() < 0.5
    edge = margins[1] * seen if above else height - margins[3] * seen
    top = edge - frame.height * scale if above else edge
    place = np.array([random.uniform(-0.3, 0.9) * width, top], np.float32)
    origin = np.array([frame.left, frame.top], np.float32)
    return _mark([(stroke - origin) * np.float32(scale) + place for stroke in strokes], shape, pen)


def _written(mark: Light, high: float, random: np.random.Generator) -> Light:
    """Writing on its ground: ink on paper, at times on coloured card, or chalk on a board."""
    kind = random.random()
    if kind < 0.08:
        board = random.uniform(0.12, 0.65)
        chalk = min(1.0, board + random.uniform(0.3, 0.8))
        ground = board + _cloud(mark.shape, random.uniform(2, 20), random) * random.uniform(0, 0.02)
        return np.asarray(ground + (chalk - ground) * mark, np.float32)
    paper = _paper(mark, high, random) * (random.uniform(0.4, 0.8) if kind < 0.14 else 1.0)
    return np.asarray(paper * (1 - _pigment(mark, random)), np.float32)


def _on_table(shot: Light, high: float, random: np.random.Generator) -> Light:
    """A page that lies, not quite straight, on a darker table, which is seen at some of its sides."""
    seen = np.rint(high * random.uniform(0.1, 0.8, 4) * (random.random(4) < 0.6)).astype(int)
    height, width = shot.shape[0] + int(seen[1] + seen[3]), shot.shape[1] + int(seen[0] + seen[2])
    middle = ((shot.shape[1] - 1) / 2, (shot.shape[0] - 1) / 2)
    turn = cv2.getRotationMatrix2D(middle, random.normal(0, 2), 1.0)
    turn[:, 2] += seen[:2]
    table = random.uniform(0.1, 0.6) * (1 + _cloud((height, width), 12, random) * random.uniform(0, 0.12))
    covered = cv2.warpAffine(np.ones_like(shot), turn, (width, height))
    laid = cv2.warpAffine(shot, turn, (width, height))
    return np.asarray(laid + table * (1 - covered), np.float32)


def _pigment(mark: Light, random: np.random.Generator) -> Light:
    """How much light the ink takes: a pen's is even, a pencil's is faint and grainy."""
    if random.random() < 0.7:
        return np.asarray(mark * random.uniform(0.45, 0.95), np.float32)
    grain = _cloud(mark.shape, random.uniform(0.6, 1.6), random)
    return np.asarray(mark * random.uniform(0.25, 0.6) * np.clip(0.9 + 0.25 * grain, 0.3, 1), np.float32)


def _paper(mark: Light, high: float, random: np.random.Generator) -> Light:
    """Paper, plain or printed with rules or squares, with its grain; at times writing stands on a rule."""
    height, width = mark.shape
    paper = np.full(mark.shape, random.uniform(0.8, 1.0), np.float32)
    paper += _cloud(mark.shape, random.uniform(0.7, 3), random) * random.uniform(0, 0.02)
    kind = random.random()
    if kind < 0.5:
        return paper
    apart = high * random.uniform(0.35, 1.6)
    thick = max(1, round(high * random.uniform(0.008, 0.05)))
    shade = random.uniform(0.1, 0.6)
    tilt = random.normal(0, 0.012) * width
    first = random.uniform(0, apart)
    if random.random() < 0.4:
        first = (_baseline(mark) + random.normal(0, 0.05) * high - tilt / 2) % apart
    rules = np.zeros(mark.shape, np.uint8)
    for y in np.arange(first, height, apart):
        cv2.line(rules, (0, round(y)), (width, round(y + tilt)), 255, thick, cv2.LINE_AA)
    if kind > 0.8:
        for x in np.arange(random.uniform(0, apart), width, apart):
            foot = round(x - tilt * height / width)
            cv2.line(rules, (round(x), 0), (foot, height), 255, thick, cv2.LINE_AA)
    return np.asarray(paper * (1 - shade * (rules / np.float32(255))), np.float32)


def _baseline(mark: Light) -> float:
    """About where the writing stands: the row below which there is an eighth of the ink."""
    ink_above = np.cumsum(mark.sum(axis=1))
    return float(np.searchsorted(ink_above, 0.875 * ink_above[-1]))


def _cloud(shape: tuple[int, ...], size: float, random: np.random.Generator) -> Light:
    """Smooth noise of deviation 1, its clouds `size` pixels wide."""
    height, width = shape
    small = (max(2, round(width / size)), max(2, round(height / size)))
    noise = random.standard_normal((small[1], small[0]), dtype=np.float32)
    return np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _lit(shape: tuple[int, int], random: np.random.Generator) -> Light:
    """Light that falls off to one side, at times with the soft edge of a shadow."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = random.uniform(0, 2 * np.pi)
    along = (x - width / 2) / width * np.cos(turn) + (y - height / 2) / height * np.sin(turn)
    light = 1 + along * random.uniform(0, 0.5)
    if random.random() < 0.35:
        edge = random.uniform(-0.4, 0.4)
        soft = np.exp(random.uniform(np.log(0.004), np.log(0.3)))
        depth = random.uniform(0.1, 0.65)
        light = light * (1 - depth / (1 + np.exp(-np.clip((along - edge) / soft, -30, 30))))
    return np.asarray(light, np.float32)


def _exposed(shot: Light, x_height: float, random: np.random.Generator) -> Pixels:
    """What the camera makes of it: seen askew, blurred, noisy, more or less bright, compressed."""
    height, width = shot.shape
    turn = np.eye(3)
    turn[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), random.normal(0, 1.5), 1.0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + random.normal(0, 0.02, (4, 2)).astype(np.float32) * max(shot.shape[0], width / 4)
    askew = cv2.getPerspectiveTransform(corners, moved.astype(np.float32)) @ turn
    turned = cv2.warpPerspective(shot, askew, (width, height), borderMode=cv2.BORDER_REPLICATE)
    shot = np.asarray(turned, np.float32)
    blur = random.uniform(0, 0.065) * x_height
    if blur > 0.3:
        shot = np.asarray(cv2.GaussianBlur(shot, (0, 0), blur), np.float32)
    shot = shot * random.uniform(110, 250)
    shot = shot + random.standard_normal(shot.shape, dtype=np.float32) * random.uniform(0, 7)
    grey = np.clip(shot, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 95))]
    _, encoded = cv2.imencode(".jpg", grey, quality)
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)
