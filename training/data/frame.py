"""Where a symbol is drawn as a whole, and by what strokes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray
from training.data.marks import Point, curve, draw_stroke
from training.data.pen import CANVAS


class Frame:
    """Where a symbol is drawn: its height, width and slant, and the pen. Places in it run from (0, 0) to (1, 1).
    `shape` decides what a writer does the same way each time, `rng` how far the hand strays from that."""

    def __init__(self, shape: np.random.Generator, rng: np.random.Generator) -> None:
        self.rng = rng
        self.high = shape.uniform(44, 62)
        self.wide = self.high * shape.uniform(0.45, 0.85)
        self.lean = shape.uniform(-0.1, 0.55)
        self.pen = shape.uniform(2.4, 9)
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

    def spline(self, *points: Point) -> None:
        """One smooth stroke through `points`, without corners (E. Catmull and R. Rom, 1974)."""
        way = np.array((points[0], *points, points[-1]))
        t = np.linspace(0, 1, 7)[:-1, None]
        parts = [
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            for a, b, c, d in zip(way[:-3], way[1:-2], way[2:-1], way[3:], strict=True)
        ]
        draw_stroke(self.ink, np.concatenate((*parts, way[-1:])), self.pen, self.rng)
