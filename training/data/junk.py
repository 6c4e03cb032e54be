"""What is not one whole symbol: two at once, parts of one, scribbles, signs, corners of boxes, specks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from extractor.values import Gray
from training.data.marks import cross, curve, dash, draw_stroke, is_one_stroke
from training.data.pen import CANVAS, stroke_width

SIGNS = (
    "#",
    "=",
    "$",
    "*",
    "+",
    "%",
    "&",
    ":",
    "?",
    "@",
    ">",
    "{",
    '"',
    "/-",
    ".-",
    "=#",
    "Rp",
    "km",
    "No",
    "Kg",
    "No.",
)
WORDS = ("and", "total", "date", "EUR", "USD", "sum", "id", "qty", "and no", "the", "only", "paid", "Jan", "May", "Nov")
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)

Draw = Callable[[], Gray]
"""Draws one more symbol of the same writer, at three times MNIST's size."""


def tight(ink: Gray) -> Gray:
    """`ink` without the empty paper around it."""
    left, top, width, height = cv2.boundingRect(ink)
    return ink[top : top + height, left : left + width]


def side_by_side(first: Gray, second: Gray, gap: float, drop: float) -> Gray:
    """Two symbols in one picture, `gap` pixels apart (negative: overlapping), the second `drop` pixels lower."""
    a, b = tight(first), tight(second)
    x = max(0, a.shape[1] + round(gap))
    low = round((a.shape[0] - b.shape[0]) / 2 + drop)
    up = max(0, -low)
    out = np.zeros((max(a.shape[0] + up, b.shape[0] + low + up), max(a.shape[1], x + b.shape[1])), np.uint8)
    out[up : up + a.shape[0], : a.shape[1]] = a
    place = out[low + up : low + up + b.shape[0], x : x + b.shape[1]]
    np.maximum(place, b, out=place)
    return out


def pair(draw: Draw, rng: np.random.Generator) -> Gray:
    """Two symbols, apart, touching, or overlapping by a third of the narrower at most."""
    first, second = draw(), draw()
    narrow = min(tight(first).shape[1], tight(second).shape[1])
    gap = rng.uniform(0, 12) if rng.random() < 0.45 else -rng.uniform(0, 0.33) * narrow
    both = side_by_side(first, second, gap, rng.normal(0, 4))
    return side_by_side(both, draw(), rng.uniform(-3, 8), rng.normal(0, 4)) if rng.random() < 0.08 else both


def part(ink: Gray, low: float, high: float, rng: np.random.Generator) -> Gray:
    """The left or right part of a symbol, `low` to `high` of its width, cut upright or aslant."""
    ink = tight(ink)
    height, width = ink.shape
    at = rng.uniform(low, high) * width
    if at < 3:
        return np.zeros_like(ink)
    lean = rng.normal(0, 0.18) * height
    rows = np.arange(height)[:, None] / max(1, height - 1) - 0.5
    columns = np.arange(width)[None, :]
    edge = at + rows * lean
    kept = columns < edge if rng.random() < 0.5 else columns >= width - edge
    return _largest(np.where(kept, ink, 0).astype(np.uint8))


def fragment(draw: Draw, rng: np.random.Generator) -> Gray | None:
    """A part of a symbol that cannot be taken for a whole one-stroke symbol; None where the symbol has no such part."""
    whole = draw()
    piece = part(whole, 0.3, 0.6, rng)
    share = cv2.countNonZero(piece) / max(1, cv2.countNonZero(whole))
    # With more of its ink it is a badly written whole one, with less it is a speck.
    return piece if 0.15 < share < 0.6 and not is_one_stroke(piece) else None


def with_chunk(draw: Draw, rng: np.random.Generator) -> Gray:
    """A symbol with a good part of its neighbour."""
    whole = draw()
    chunk = part(whole, 0.35, 0.7, rng)
    if np.count_nonzero(chunk) < 0.3 * np.count_nonzero(whole):
        return pair(draw, rng)
    pieces = draw(), chunk
    first, second = pieces if rng.random() < 0.5 else pieces[::-1]
    return side_by_side(first, second, rng.uniform(-5, 6), rng.normal(0, 4))


def overwritten(draw: Draw, rng: np.random.Generator) -> Gray:
    """A symbol written over with another, or scribbled out."""
    ink = draw().copy()
    pen = stroke_width(ink)
    if rng.random() < 0.35:
        other = draw()
        moved = np.roll(other, rng.integers(-5, 6, 2), (0, 1))
        ink = np.maximum(ink, moved)
        if rng.random() < 0.5:
            ink = np.maximum(ink, np.roll(draw(), rng.integers(-6, 7, 2), (0, 1)))
        else:
            _scribble(ink, pen, rng, 3)
        return ink
    _scribble(ink, pen, rng, int(rng.integers(4, 12)))
    return ink


def scribble(rng: np.random.Generator) -> Gray:
    """Ink that goes to and fro."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    _scribble(ink, rng.uniform(2, 8), rng, int(rng.integers(5, 14)))
    return ink


def sign(rng: np.random.Generator) -> Gray:
    """A printed or written sign, or a few small letters."""
    text = str(rng.choice(WORDS if rng.random() < 0.4 else SIGNS))
    thick = int(rng.integers(1, 6))
    ink = np.zeros((96, 60 + 48 * len(text)), np.uint8)
    font = FONTS[int(rng.integers(len(FONTS)))]
    cv2.putText(ink, text, (24, 68), font, rng.uniform(1.2, 1.9), 255, thick, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((ink.shape[1] / 2, 48), rng.normal(0, 6), 1)
    turn[0, 1] += rng.normal(0, 0.15)
    return cv2.warpAffine(ink, turn, (ink.shape[1], 96)).astype(np.uint8, copy=False)


def drawn_sign(rng: np.random.Generator) -> Gray:
    """`#`, `=`, `+` or `*` by hand."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    pen, middle, size = rng.uniform(2, 8), CANVAS / 2, rng.uniform(20, 34)
    kind = rng.random()

    def line(x0: float, y0: float, x1: float, y1: float) -> None:
        a, b, c, d = (middle + size * v + rng.normal(0, 2) for v in (x0, y0, x1, y1))
        draw_stroke(ink, curve((a, b), (c, d), rng, 0.06), pen, rng)

    if kind < 0.4:
        lean = rng.uniform(0, 0.3)
        line(-0.4 + lean, -1, -0.4 - lean, 1)
        line(0.4 + lean, -1, 0.4 - lean, 1)
        line(-1, -0.35, 1, -0.35)
        line(-1, 0.35, 1, 0.35)
    elif kind < 0.7:
        apart = rng.uniform(0.25, 0.5)
        line(-1, -apart, 1, -apart)
        line(-1, apart, 1, apart)
    elif kind < 0.85:
        line(-1, 0, 1, 0)
        line(0, -1, 0, 1)
        if rng.random() < 0.5:
            line(-0.8, -0.8, 0.8, 0.8)
            line(-0.8, 0.8, 0.8, -0.8)
    else:
        mark = dash(rng) if rng.random() < 0.5 else cross(rng)
        return side_by_side(mark, dash(rng) if rng.random() < 0.7 else cross(rng), rng.uniform(-2, 12), 0)
    return ink


def specks(rng: np.random.Generator) -> Gray:
    """A dot, a comma, a blot, or several dots."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    count = 1 if rng.random() < 0.5 else int(rng.integers(2, 6))
    for _ in range(count):
        centre = rng.uniform(20, CANVAS - 20, 2)
        size = rng.uniform(3, 9)
        if rng.random() < 0.55:
            axes = (max(1, round(size)), max(1, round(size * rng.uniform(0.6, 1))))
            cv2.ellipse(ink, centre.astype(int).tolist(), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        else:
            tail = centre + np.array((-size * rng.uniform(0.2, 1), size * rng.uniform(0.8, 1.6)))
            draw_stroke(ink, curve((centre[0], centre[1]), (tail[0], tail[1]), rng, 0.25), 1.3 * size, rng)
    return ink


def box_remnant(rng: np.random.Generator) -> Gray:
    """Corners and crossings of printed lines; never the corner at the top right, which is a 7."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    pen = int(rng.integers(1, 6))
    x, y = rng.integers(26, CANVAS - 26, 2)
    reach = rng.integers(14, 34, 4)  # left, right, up, down
    open_sides = {0: (0, 2), 1: (0, 3), 2: (1, 2), 3: (2,), 4: (3,), 5: (0,), 6: (1,)}
    for side in open_sides[int(rng.integers(1, 7))]:
        reach[side] = 0
    if reach[1] == 0 and reach[2] == 0:
        reach[2] = 20
    cv2.line(ink, (int(x - reach[0]), int(y)), (int(x + reach[1]), int(y)), 255, pen)
    cv2.line(ink, (int(x), int(y - reach[2])), (int(x), int(y + reach[3])), 255, pen)
    return ink


def smudge(rng: np.random.Generator) -> Gray:
    """Dirt of no shape."""
    grid = int(rng.integers(4, 11))
    cloud = cv2.resize(rng.random((grid, grid)).astype(np.float32), (CANVAS, CANVAS), interpolation=cv2.INTER_CUBIC)
    ys, xs = np.mgrid[-1 : 1 : CANVAS * 1j, -1 : 1 : CANVAS * 1j]
    cloud -= 0.35 * (xs**2 + ys**2).astype(np.float32)
    return ((cloud > rng.uniform(0.35, 0.7)) * 255).astype(np.uint8)


def junk(draw: Draw, rng: np.random.Generator) -> Gray:
    """Something that is not one whole symbol; `draw` gives symbols of one writer."""
    while True:
        kind = rng.random()
        if kind < 0.38:
            ink: Gray | None = pair(draw, rng)
        elif kind < 0.60:
            ink = fragment(draw, rng)
        elif kind < 0.74:
            ink = with_chunk(draw, rng)
        elif kind < 0.80:
            ink = overwritten(draw, rng)
        elif kind < 0.83:
            ink = scribble(rng)
        elif kind < 0.89:
            ink = sign(rng)
        elif kind < 0.92:
            ink = drawn_sign(rng)
        elif kind < 0.96:
            ink = specks(rng)
        elif kind < 0.98:
            ink = box_remnant(rng)
        else:
            ink = smudge(rng)
        if ink is not None and ink.any():
            return ink


def _scribble(ink: Gray, pen: float, rng: np.random.Generator, strokes: int) -> None:
    height, width = ink.shape
    left, top, wide, high = cv2.boundingRect(ink)
    if wide == 0:
        left, top, wide, high = 16, 16, width - 32, height - 32
    points = np.stack(
        (rng.uniform(left - 4, left + wide + 4, strokes + 1), rng.uniform(top - 4, top + high + 4, strokes + 1)), 1
    )
    if rng.random() < 0.6:  # to and fro along one direction
        points[::2, 0] = left + rng.uniform(-0.1, 0.25, len(points[::2])) * wide
        points[1::2, 0] = left + rng.uniform(0.75, 1.1, len(points[1::2])) * wide
        points[:, 1] = top + np.linspace(0, high, strokes + 1) + rng.normal(0, 3, strokes + 1)
    for start, end in pairwise(points):
        draw_stroke(ink, curve((start[0], start[1]), (end[0], end[1]), rng, 0.12), pen, rng)


def _largest(ink: Gray) -> Gray:
    """The largest connected piece, and others of at least a fifth of it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > 0).astype(np.uint8), connectivity=8)
    if count <= 2:
        return ink
    areas = stats[1:, cv2.CC_STAT_AREA]
    keep = np.concatenate(([False], areas >= 0.2 * areas.max()))
    return np.where(keep[labels], ink, 0).astype(np.uint8)
