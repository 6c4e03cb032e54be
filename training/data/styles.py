"""Styles of digits that MNIST, written in the USA, hardly has: drawn into its digits, or drawn as a whole."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray
from training.data.marks import Point, curve, draw_stroke
from training.data.pen import CANVAS, stroke_width

Style = Callable[[Gray, np.random.Generator], Gray]


def crossed_seven(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 7 with the bar through its stem that is usual in Europe."""
    _, top, _, height = cv2.boundingRect(ink)
    row = top + round(height * rng.uniform(0.42, 0.64))
    inked = np.flatnonzero(ink[min(row, CANVAS - 1)] > 127)
    if inked.size == 0 or inked[-1] - inked[0] > 0.4 * height:
        return ink
    x = float(inked.mean())
    rise = height * rng.normal(0.02, 0.045)
    before, after = rng.uniform(0.14, 0.36) * height, rng.uniform(0.14, 0.36) * height
    ink = ink.copy()
    pen = stroke_width(ink) * rng.uniform(0.7, 1.1)
    draw_stroke(ink, curve((x - before, row + rise), (x + after, row - rise), rng, 0.05), pen, rng)
    return ink


def european_one(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 1 with an upstroke from the left to its top, short or long, and sometimes a foot."""
    _, top, width, height = cv2.boundingRect((ink > 100).astype(np.uint8))
    if height < 0.4 * CANVAS or width > height:
        return ink
    inked = np.flatnonzero(ink[top + max(1, round(0.04 * height))] > 100)
    foot = np.flatnonzero(ink[top + height - 1 - round(0.04 * height)] > 100)
    if inked.size == 0 or foot.size == 0:
        return ink
    pen = stroke_width(ink) * rng.uniform(0.75, 1.05)
    head = float(inked.mean()), top + pen / 2
    length, turn = rng.uniform(0.25, 0.7) * height, np.deg2rad(rng.uniform(22, 60))
    # Seen from the stem; but a long one is written steeply, since a flat long one would be a 7.
    turn += np.arctan2(head[0] - float(foot.mean()), height)
    turn = np.clip(turn, 0.3, np.deg2rad(70 - 30 * length / height))
    end = head[0] - length * float(np.sin(turn)), head[1] + length * float(np.cos(turn))
    ink = ink.copy()
    draw_stroke(ink, curve(head, end, rng, 0.1), pen, rng)
    if rng.random() < 0.25:
        wide = rng.uniform(0.15, 0.35) * height
        y, x = top + height - pen / 2, float(foot.mean())
        draw_stroke(ink, curve((x - wide, y), (x + wide * rng.uniform(0.7, 1), y), rng, 0.04), pen, rng)
    return ink


def slashed_zero(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 0 with a slash through it."""
    left, top, width, height = cv2.boundingRect(ink)
    if width < 0.4 * height:
        return ink
    over = rng.uniform(-0.12, 0.12)
    start = left - over * width, top + height * (1 + over)
    end = left + width * (1 + over), top - over * height
    ink = ink.copy()
    draw_stroke(ink, curve(start, end, rng, 0.05), stroke_width(ink) * rng.uniform(0.6, 1), rng)
    return ink


class _Frame:
    """Where a symbol is drawn: its height, width and slant, and the pen. Places in it run from (0, 0) to (1, 1)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.high = rng.uniform(44, 62)
        self.wide = self.high * rng.uniform(0.45, 0.85)
        self.lean = rng.uniform(-0.1, 0.55)
        self.pen = rng.uniform(2.4, 9)
        self.ink: Gray = np.zeros((CANVAS, CANVAS), np.uint8)

    def at(self, x: float, y: float, loose: float = 0.05) -> Point:
        """The pixel at (x, y), give or take `loose`."""
        x, y = x + self.rng.normal(0, loose), y + self.rng.normal(0, loose)
        middle = CANVAS / 2
        return middle + (x - 0.5) * self.wide + (0.5 - y) * self.lean * self.high, middle + (y - 0.5) * self.high

    def stroke(self, *points: Point, bend: float = 0.06) -> None:
        """One stroke of the pen through `points`, curved a little between them."""
        ways: list[NDArray[np.float64]] = [curve(start, end, self.rng, bend) for start, end in pairwise(points)]
        way = np.concatenate(ways)
        if len(points) > 2 and self.rng.random() < 0.6:  # a quick hand rounds the corners
            padded = np.concatenate((way[:1], way[:1], way, way[-1:], way[-1:]))
            way = np.mean([padded[i : i + len(way)] for i in range(5)], axis=0)
        draw_stroke(self.ink, way, self.pen, self.rng)


def open_four(_: Gray, rng: np.random.Generator) -> Gray:
    """A 4 like a flash of lightning: down, across, and a second stroke through or beside the end of the first."""
    frame = _Frame(rng)
    low = rng.uniform(0.5, 0.72)
    top, corner = frame.at(rng.uniform(0.25, 0.65), 0), frame.at(0.04, low)
    if rng.random() < 0.7:
        reach = rng.uniform(0.7, 1.1)
        frame.stroke(top, corner, frame.at(reach, low - rng.uniform(-0.05, 0.15)))
        x = rng.uniform(0.5, 0.8)
        frame.stroke(frame.at(x + 0.04, rng.uniform(0.05, 0.5)), frame.at(x - rng.uniform(0, 0.1), 1))
    else:  # without lifting the pen
        knee = frame.at(rng.uniform(0.6, 0.9), low - rng.uniform(0.05, 0.3))
        frame.stroke(top, corner, knee, frame.at(rng.uniform(0.5, 0.75), 1))
    return frame.ink


def european_seven(_: Gray, rng: np.random.Generator) -> Gray:
    """A 7 with a hook before its roof and mostly a bar through its stem."""
    frame = _Frame(rng)
    start = frame.at(0.04, rng.uniform(0.08, 0.25)), frame.at(0.1, 0.02)
    corner = frame.at(0.95, rng.uniform(-0.02, 0.08), 0.03)
    foot = frame.at(rng.uniform(0.15, 0.5), 1)
    points = (*start, corner, foot) if rng.random() < 0.6 else (start[1], corner, foot)
    frame.stroke(*points, bend=0.1)
    if rng.random() < 0.85:
        y = rng.uniform(0.42, 0.62)
        left, right = rng.uniform(0.05, 0.25), rng.uniform(0.75, 1.05)
        frame.stroke(frame.at(left, y + rng.uniform(0, 0.1)), frame.at(right, y - rng.uniform(-0.03, 0.1)))
    return frame.ink


def long_one(_: Gray, rng: np.random.Generator) -> Gray:
    """A 1 whose upstroke begins as low as its middle or lower, which distinguishes it from a 7 by its steepness."""
    frame = _Frame(rng)
    frame.wide = min(frame.wide, 0.7 * frame.high)
    begins = rng.uniform(0.25, 0.75)
    top = 0.8 * frame.wide / frame.high
    out = min(rng.uniform(0.3, 0.8), 1.3 * begins / max(0.3, top))
    frame.stroke(frame.at(0.8 - out, begins, 0.03), frame.at(0.8, 0, 0.03), frame.at(rng.uniform(0.65, 0.85), 1, 0.03))
    if rng.random() < 0.12:
        frame.stroke(frame.at(0.45, 1, 0.03), frame.at(1.1, 1, 0.03))
    return frame.ink


STYLES: dict[str, tuple[tuple[float, Style], ...]] = {
    "0": ((0.02, slashed_zero),),
    "1": ((0.22, european_one), (0.12, long_one)),
    "4": ((0.14, open_four),),
    "7": ((0.18, crossed_seven), (0.12, european_seven)),
}
"""How often a symbol is written in a style that the samples hardly show, and by which function."""


def in_style(ink: Gray, symbol: str, rng: np.random.Generator) -> Gray:
    """`ink` of `symbol`, three times MNIST's size, now and then in another style."""
    chance = rng.random()
    for share, write in STYLES.get(symbol, ()):
        if chance < share:
            return write(ink, rng)
        chance -= share
    return ink
