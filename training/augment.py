"""Variations of ink and of strips that keep what is written: other hands, pens, devices and papers."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from crnn.ink import Points
from crnn.strip import PEN_WIDTH
from training.samples import Pixels, Sample


def vary_ink(strokes: Sequence[Points], random: np.random.Generator) -> list[Points]:
    """Write the same again: another slant, size and baseline, another hand's tremor, another device."""
    strokes = _dotted(strokes, random) if random.random() < 0.06 else strokes
    strokes = _backwards(strokes, random) if random.random() < 0.08 else strokes
    strokes = _spaced(strokes, random) if random.random() < 0.3 else strokes
    strokes = _rounded(strokes, random) if random.random() < 0.15 else strokes
    lengths = [len(stroke) for stroke in strokes]
    points = np.concatenate(strokes).astype(np.float32)
    points -= points.mean(axis=0)
    if random.random() < 0.35:
        points[:, 1] = _proportioned(points[:, 1], random)
    height = max(float(np.ptp(points[:, 1])), float(np.ptp(points[:, 0])) / 8, 1.0)
    points = points @ _affine(random)
    points += _wobble(points, height, random)
    if random.random() < 0.2:
        points[:, 1] += _drift(points[:, 0], height, random)
    if random.random() < 0.25:
        points += random.normal(0, height * random.uniform(0.002, 0.012), points.shape).astype(np.float32)
    varied = np.split(points, np.cumsum(lengths)[:-1])
    device = random.random()
    if device < 0.12:
        return [_coarser(stroke, random) for stroke in varied]
    if device < 0.24:
        return _with_a_mouse(varied, height, random)
    return varied


def _dotted(strokes: Sequence[Points], random: np.random.Generator) -> list[Points]:
    """Forget a dot, or touch the paper where nothing is written."""
    dots = [index for index, stroke in enumerate(strokes) if len(stroke) == 1]
    if dots and len(strokes) > 1 and random.random() < 0.3:
        forgotten = dots[int(random.integers(len(dots)))]
        return [stroke for index, stroke in enumerate(strokes) if index != forgotten]
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return [*strokes, random.uniform(low, high, (1, 2)).astype(np.float32)]


def _backwards(strokes: Sequence[Points], random: np.random.Generator) -> list[Points]:
    """Write some of the strokes from their other end, as some hands do."""
    return [stroke[::-1] if random.random() < 0.3 else stroke for stroke in strokes]


def _spaced(strokes: Sequence[Points], random: np.random.Generator) -> list[Points]:
    """Set what stands apart closer or wider: wherever a column has no ink, by the same factor."""
    spans = sorted((float(stroke[:, 0].min()), float(stroke[:, 0].max())) for stroke in strokes)
    factor = np.exp(np.clip(random.normal(0, 0.35), -0.6, 0.7))
    at, to, reached, shift = [spans[0][0]], [spans[0][0]], spans[0][1], 0.0
    for left, right in spans[1:]:
        if left > reached:
            at += [reached, left]
            to += [reached + shift, left + shift + (factor - 1) * (left - reached)]
            shift += (factor - 1) * (left - reached)
        reached = max(reached, right)
    at.append(reached)
    to.append(reached + shift)
    return [
        np.stack([np.interp(stroke[:, 0], at, to), stroke[:, 1]], axis=1).astype(np.float32)
        for stroke in strokes
    ]


def _rounded(strokes: Sequence[Points], random: np.random.Generator) -> list[Points]:
    """Cut the corners, as a fast hand does; the ends stay."""
    points = np.concatenate(strokes)
    height = max(float(np.ptp(points[:, 1])), float(np.ptp(points[:, 0])) / 8, 1.0)
    times = int(random.integers(2, 10))
    rounded = []
    for stroke in strokes:
        way = _every(stroke, height * 0.04).copy()
        for _ in range(times):
            way[1:-1] = (way[:-2] + 2 * way[1:-1] + way[2:]) / 4
        rounded.append(way)
    return rounded


def _proportioned(y: Points, random: np.random.Generator) -> Points:
    """Longer or shorter ascenders and descenders: what lies beyond the band that holds most of the ink."""
    top, bottom = np.percentile(y, (30, 70))
    above, below = np.exp(np.clip(random.normal(0, 0.25, 2), -0.6, 0.6))
    within = np.clip(y, top, bottom)
    beyond = y - within
    return np.asarray(within + beyond * np.where(beyond < 0, above, below), dtype=np.float32)


def _affine(random: np.random.Generator) -> Points:
    turn = np.radians(np.clip(random.normal(0, 3.5), -11, 11))
    slant = np.clip(random.normal(0, 0.22), -0.7, 0.7)
    stretch = np.exp(np.clip(random.normal(0, 0.14), -0.4, 0.4))
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shear = np.array([[stretch, 0], [slant, 1]])
    return np.asarray(shear @ rotation, dtype=np.float32)


def _wobble(points: Points, height: float, random: np.random.Generator) -> Points:
    """An elastic displacement: a few long waves across the writing, for size, baseline and spacing."""
    shift = np.zeros_like(points)
    usual = 0.025 * height * np.exp(np.clip(random.normal(0, 0.4), -1, 0.8))
    for _ in range(3):
        wave = height * random.uniform(1.2, 6)
        phase = random.uniform(0, 2 * np.pi, 2)
        strength = random.normal(0, usual, 2)
        direction = random.normal(0, 1, 2)
        angle = points @ (direction / np.linalg.norm(direction)) * (2 * np.pi / wave)
        shift += (np.sin(angle[:, None] + phase) * strength).astype(np.float32)
    return shift


def _drift(x: Points, height: float, random: np.random.Generator) -> Points:
    """A baseline that bends up or down along the way: the shift in y at each x."""
    middle, half = (x.max() + x.min()) / 2, max(float(np.ptp(x)) / 2, 1.0)
    return np.asarray(((x - middle) / half) ** 2 * height * random.normal(0, 0.08), dtype=np.float32)


def _coarser(stroke: Points, random: np.random.Generator) -> Points:
    """Lose points, as a slow device does; the ends stay."""
    if len(stroke) < 5:
        return stroke
    kept = random.random(len(stroke)) > random.uniform(0, 0.35)
    kept[[0, -1]] = True
    return stroke[kept]


def _with_a_mouse(strokes: Sequence[Points], height: float, random: np.random.Generator) -> list[Points]:
    """A few straight pieces for each curve, a hand that trembles slowly, whole pixels of a screen."""
    step = height * random.uniform(0.05, 0.12)
    pixel = height / random.uniform(40, 200)
    shaken = []
    for stroke in strokes:
        points = _every(stroke, step)
        tremor = np.cumsum(random.normal(0, height * 0.012, points.shape), axis=0)
        tremor -= np.linspace(tremor[0], tremor[-1], len(points))
        shaken.append((np.rint((points + tremor * random.uniform(0, 1)) / pixel) * pixel).astype(np.float32))
    return shaken


def _every(stroke: Points, step: float) -> Points:
    """The points that lie `step` apart on the way, and its ends."""
    way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    if way[-1] < step:
        return stroke
    at = np.linspace(0, way[-1], int(way[-1] / step) + 2)
    return np.stack([np.interp(at, way, stroke[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)


def random_pen(random: np.random.Generator) -> float:
    """Width of a pen in pixels of the strip, around the usual one."""
    return float(np.clip(PEN_WIDTH * np.exp(random.normal(0, 0.3)), 1.0, 4.5))


def vary_strip(sample: Sample, random: np.random.Generator) -> Sample:
    """Spoil a strip as paper, pencil, light and lens do; more than half of the strips stay clean.

    A spoilt strip has no trace, as it would come from a picture; nor has one of eight that are clean.
    """
    sample = _placed_elsewhere(sample, random) if random.random() < 0.5 else sample
    if random.random() < 0.6:
        return sample if random.random() < 0.88 else replace(sample, trace=None)
    return Sample(_spoilt(sample.pixels, random), sample.text)


def _spoilt(pixels: Pixels, random: np.random.Generator) -> Pixels:
    spoilt = pixels
    for chance, spoil in (
        (0.3, _add_neighbours),
        (0.15, _add_rule),
        (0.15, _broad_nibbed),
        (0.35, _grainy),
        (0.4, _blurred),
        (0.3, _noisy),
    ):
        if random.random() < chance:
            spoilt = spoil(spoilt, random)
    if random.random() < 0.5:
        spoilt = _faded(spoilt, random)
    return spoilt


def _placed_elsewhere(sample: Sample, random: np.random.Generator) -> Sample:
    """Scale and shift a little, as an unsure crop does."""
    height, width = sample.pixels.shape
    scale = float(np.clip(random.normal(0.96, 0.07), 0.7, 1.1))
    dx, dy = random.uniform(-4, 4), random.uniform(-3, 3)
    move = np.array([[scale, 0, width * (1 - scale) / 2 + dx], [0, scale, height * (1 - scale) / 2 + dy]])
    pixels = cv2.warpAffine(sample.pixels, move, (width, height)).astype(np.uint8)
    if sample.trace is None:
        return replace(sample, pixels=pixels)
    planes = cv2.warpAffine(sample.trace.transpose(1, 2, 0), move, (width, height))
    return replace(sample, pixels=pixels, trace=planes.transpose(2, 0, 1).astype(np.int16))


def _broad_nibbed(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Written with a pen that is wider in one direction."""
    nib = np.eye(3, dtype=np.uint8) if random.random() < 0.6 else np.ones((1, 2), np.uint8)
    return cv2.dilate(pixels, nib).astype(np.uint8)


def _blurred(pixels: Pixels, random: np.random.Generator) -> Pixels:
    return cv2.GaussianBlur(pixels, (0, 0), random.uniform(0.4, 1.2)).astype(np.uint8)


def _grainy(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Pencil on rough paper: the stroke breaks up."""
    height, width = pixels.shape
    coarse = random.random((height // 2 + 1, width // 2 + 1)).astype(np.float32)
    grain = cv2.resize(coarse, (width, height)) if random.random() < 0.5 else random.random((height, width))
    return (pixels * np.clip(0.35 + grain * random.uniform(0.5, 1.3), 0, 1)).astype(np.uint8)


def _noisy(pixels: Pixels, random: np.random.Generator) -> Pixels:
    noise = random.normal(0, random.uniform(3, 22), pixels.shape)
    noisy = pixels + noise
    if random.random() < 0.4:
        specks = random.random(pixels.shape) < 0.002
        noisy[specks] = 200
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _faded(pixels: Pixels, random: np.random.Generator) -> Pixels:
    gain, bend = random.uniform(0.45, 1.25), np.exp(random.normal(0, 0.3))
    faded: Pixels = np.clip((pixels / 255.0) ** bend * gain * 255, 0, 255).astype(np.uint8)
    return faded


def _add_rule(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """What is left of a ruled line after it was wiped."""
    height, width = pixels.shape
    y = random.uniform(0.2, 0.98) * height
    ruled = pixels.copy()
    ends = (0, round(y)), (width, round(y + random.normal(0, 1.5)))
    cv2.line(ruled, *ends, random.uniform(40, 190), 1, cv2.LINE_AA)
    return np.maximum(pixels, ruled).astype(np.uint8)


def _add_neighbours(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """Ends of other lines' strokes at the upper or lower border."""
    height, width = pixels.shape
    marked = pixels.copy()
    for _ in range(random.integers(1, 4)):
        x = random.uniform(0, width)
        edge, inwards = (0, 1) if random.random() < 0.5 else (height, -1)
        path = np.array([[x, edge], [x + random.normal(0, 4), edge + inwards * random.uniform(1, 7)]])
        path = np.vstack([path, [path[1, 0] + random.normal(0, 5), edge]])
        cv2.polylines(marked, [np.rint(path).astype(np.int32)], False, 220, 2, cv2.LINE_AA)
    return np.maximum(pixels, marked).astype(np.uint8)
