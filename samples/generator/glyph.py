"""One stroke of ink at a time: MNIST digits made smooth again, and marks drawn as a pen draws them.

Every function gives the coverage of ink, a float32 patch from 0 (paper) to 1 (ink), at DPI pixels an inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DPI = 300
MM = DPI / 25.4
"""Pixels in a millimetre."""
UP = 8
"""How much larger than MNIST's own the smooth picture of a digit is."""
SOFT = 0.9
"""Half the width of a stroke's soft edge, in pixels."""

Ink = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """How one digit is written: `height` and `pen` (stroke width) in millimetres, `slant` as a share of the
    height to the right, `turn` in degrees."""

    height: float
    pen: float
    slant: float
    turn: float
    stretch: float = 1.0


def digit(image: NDArray[np.uint8], shape: Shape, rng: np.random.Generator) -> Ink:
    """The 28x28 MNIST `image` as `shape` says, cut to its ink.

    Enlarged, its outline is the half-way line of the smoothed grey; the distance from that outline is what is
    scaled, turned and cut off, so that the edge stays smooth and the stroke has the pen's width.
    """
    large = cv2.resize(np.pad(image, 3).astype(np.float32), None, fx=UP, fy=UP, interpolation=cv2.INTER_CUBIC)
    large = _largest(cv2.GaussianBlur(large, (0, 0), 0.25 * UP) > 122)
    left, top, width, height = cv2.boundingRect(large)
    inside = cv2.distanceTransform(large, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance = inside - cv2.distanceTransform(255 - large, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance = np.asarray(cv2.GaussianBlur(distance, (0, 0), 1.2), inside.dtype)
    scale = shape.height * MM / max(height, 0.55 * width)
    ridge = inside[(inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8))) & (inside > 0)] * scale
    # A thin pen takes ink from both sides of the stroke, but never so much that the stroke breaks.
    spare = min(float(np.median(ridge)) - shape.pen * MM / 2, 0.55 * float(np.percentile(ridge, 20)))
    size = int(1.9 * shape.height * MM) + 8
    centre = np.array((left + width / 2, top + height / 2))
    angle = np.deg2rad(shape.turn)
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    matrix = turn @ np.array(((shape.stretch, -shape.slant), (0, 1))) * scale
    offset = np.array((size / 2, size / 2)) - matrix @ centre
    patch = cv2.warpAffine(distance * scale, np.c_[matrix, offset], (size, size), borderValue=(-99.0,))
    return _cut(_edge(_wobble(patch, rng, 0.02 * shape.height * MM) - max(spare, -0.8)))


def strokes(lines: Sequence[Sequence[tuple[float, float]]], pen: float, rng: np.random.Generator) -> Ink:
    """Lines through points in millimetres, drawn by a slightly unsteady hand with a pen `pen` millimetres wide."""
    points = [np.array(line, np.float64) * MM for line in lines]
    low = np.min([p.min(0) for p in points], 0) - 3 * pen * MM
    high = np.max([p.max(0) for p in points], 0) + 3 * pen * MM
    width, height = np.ceil(high - low).astype(int) + 4
    board = np.full((height, width), 255, np.uint8)
    for p in points:
        fixed = np.round((_through(p) - low + 2) * 16).astype(np.int32)
        cv2.polylines(board, [fixed.reshape(-1, 1, 2)], False, 0, 1, cv2.LINE_8, 4)
    distance = cv2.distanceTransform(board, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return _cut(_edge(pen * MM / 2 - _wobble(distance, rng, 0.05 * MM)))


def cross(size: float, pen: float, rng: np.random.Generator) -> Ink:
    """A cell struck out: two strokes across, `size` millimetres."""
    a, b, c, d = (rng.uniform(-0.14, 0.14, 2) * size for _ in range(4))
    bend = rng.uniform(-0.06, 0.06, 2) * size
    first = [_move(a, 0, 0), _move((a + b) / 2 + bend, size / 2, 0.55 * size), _move(b, size, 1.1 * size)]
    second = [_move(c, size, 0), _move((c + d) / 2 - bend, size / 2, 0.55 * size), _move(d, 0, 1.1 * size)]
    return strokes([first, second], pen, rng)


def dash(length: float, pen: float, rng: np.random.Generator) -> Ink:
    """A short line for 'nothing', `length` millimetres."""
    rise = rng.uniform(-0.14, 0.08) * length
    return strokes([[(0, 0), (length / 2, rise / 2 + rng.uniform(-0.1, 0.1)), (length, rise)]], pen, rng)


def point(pen: float, comma: bool, rng: np.random.Generator) -> Ink:
    """A decimal point, or a comma."""
    if comma:
        return strokes([[(0.35, 0), (0.4, 0.35), (0.0, rng.uniform(0.95, 1.25))]], 1.1 * pen, rng)
    return strokes([[(0, 0), (rng.uniform(0.05, 0.22), rng.uniform(0, 0.12))]], 1.25 * pen, rng)


def mark(symbol: str, height: float, pen: float, rng: np.random.Generator) -> Ink:
    """One of `/ ( ) + %` or a space, as high as digits of `height` millimetres; a space has no ink."""
    h, bend = height * rng.uniform(0.95, 1.25), rng.uniform(0.12, 0.24) * height
    match symbol:
        case " ":
            return np.zeros((8, round(rng.uniform(1.6, 2.4) * MM)), np.float32)
        case "/":
            return strokes([[(rng.uniform(0.3, 0.6) * h, 0), (0, h)]], pen, rng)
        case "(":
            return strokes([[(bend, 0), (0, h / 2), (bend, h)]], pen, rng)
        case ")":
            return strokes([[(0, 0), (bend, h / 2), (0, h)]], pen, rng)
        case "+":
            return strokes([[(0, h / 4), (h / 2, h / 4)], [(h / 4, 0), (h / 4, h / 2)]], pen, rng)
        case "%":
            ring = [(0.0, 0.12), (0.1, 0.0), (0.22, 0.1), (0.12, 0.24), (0.0, 0.12)]
            high = [(x * h, y * h) for x, y in ring]
            low = [(x * h + 0.38 * h, y * h + 0.7 * h) for x, y in ring]
            return strokes([[(0.55 * h, 0), (0.05 * h, h)], high, low], 0.8 * pen, rng)
    raise ValueError(f"no pen draws {symbol!r} here")


def words(text: str, height: float, pen: float, slant: float, rng: np.random.Generator) -> Ink:
    """A few words in a joined-up hand, capitals `height` millimetres high."""
    scale = height * MM / 21
    (width, tall), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 1)
    board = np.full((2 * (tall + base), width + 40), 255, np.uint8)
    cv2.putText(board, text, (20, int(1.4 * tall)), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, scale, 0, 1, cv2.LINE_8)
    distance = cv2.distanceTransform(board, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    lean = np.array(((1, -slant, slant * tall), (0, 1, 0)), np.float64)
    distance = cv2.warpAffine(distance, lean, board.shape[::-1], borderValue=(99.0,))
    return _cut(_edge(pen * MM / 2 - _wobble(distance, rng, 0.12 * MM)))


def signature(width: float, pen: float, rng: np.random.Generator) -> Ink:
    """A flourish `width` millimetres wide that is nobody's name."""
    count = int(width / 2)
    x = np.linspace(0, width, count) + rng.uniform(-2.2, 1.2, count)
    y = rng.uniform(-3, 3, count) * np.linspace(1.2, 0.5, count)
    y[0] = 4
    tail = [(0.1 * width, 3.5), (0.9 * width, 3.0 + rng.uniform(-1, 1)), (width, 1.0)]
    return strokes([list(zip(x.tolist(), y.tolist(), strict=True)), tail], pen, rng)


def _through(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A Catmull-Rom curve through `points`, shape (n, 2), in small steps."""
    if len(points) < 3:
        return points
    p = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, 14)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
    ]
    return np.vstack(parts)


def _wobble(field: cv2.typing.MatLike, rng: np.random.Generator, size: float, reach: float = 0.3) -> Ink:
    """`field` bent smoothly by some `size` pixels over distances of `reach` of its height."""
    h, w = field.shape
    sigma = max(2.0, reach * h)
    moves = []
    for _ in range(2):
        small = rng.standard_normal((max(3, round(h / sigma)) + 2, max(3, round(w / sigma)) + 2)).astype(np.float32)
        moves.append(cv2.resize(small, (w, h), interpolation=cv2.INTER_CUBIC) * size)
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    bent = cv2.remap(field, x + moves[0], y + moves[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return bent.astype(np.float32)


def _move(point: NDArray[np.float64], right: float, down: float) -> tuple[float, float]:
    return float(point[0]) + right, float(point[1]) + down


def _edge(distance: Ink) -> Ink:
    return np.asarray(np.clip(0.5 + distance / (2 * SOFT), 0, 1), np.float32)


def _cut(ink: Ink) -> Ink:
    left, top, width, height = cv2.boundingRect((ink > 0.05).astype(np.uint8))
    return ink[top : top + height, left : left + width]


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """`mask` as 0 and 255, without specks smaller than a twentieth of the whole."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    area = stats[1:, cv2.CC_STAT_AREA]
    keep = 1 + np.flatnonzero(area > 0.05 * area.sum())
    return (np.isin(parts, keep) * 255).astype(np.uint8)
