"""Zeros in a row, as a quick hand writes the end of a round amount."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray
from training.data.marks import draw_stroke

MARGIN = 30
"""Pixels of paper around what is drawn."""


def row_of_zeros(count: int, tall: float, pen: float, rng: np.random.Generator) -> Gray:
    """`count` zeros about `tall` pixels high in a row, with a pen of `pen` pixels, in ink: joined or not, closed or
    not, each begun at its top, at its left and over, or at its foot, where a stroke runs from one to the next, and
    not always finished."""
    kind = rng.random()
    over, foot = kind < 0.25, kind > 0.8
    if over:
        begins, turns = rng.uniform(2.4, 3.9), rng.uniform(4.2, 6.8)
    elif foot:
        begins, turns = rng.uniform(0.9, 2.2), -rng.uniform(5.6, 7.0)
    else:
        begins, turns = rng.uniform(-2.6, -0.4), -rng.uniform(5.2, 7.6)
    inwards = rng.uniform(0.3, 0.9) if rng.random() < 0.2 and not foot else 1.0
    joined = foot or rng.random() < (0.3 if over else 0.6)
    half = np.array((tall / 2 * rng.uniform(0.6, 1.3), tall / 2))
    pitch, slant = 2 * half[0] * rng.uniform(0.85, 1.7 if foot else 1.35), rng.uniform(-0.1, 0.5)
    rise = rng.normal(0, 0.06) * pitch
    ways: list[NDArray[np.float64]] = []
    for index in range(count):
        angles = np.linspace(0, turns * rng.normal(1, 0.04), 24) + begins + rng.normal(0, 0.15)
        sizes = np.linspace(1, inwards, 24)[:, None] * half * rng.normal(1, 0.07, 2)
        way = np.stack((np.cos(angles), np.sin(angles)), 1) * sizes
        way[:, 0] -= slant * way[:, 1]
        ways.append(way + np.array((index * pitch, index * rise)) + rng.normal(0, 0.05 * tall, 2))
    if joined:
        way = np.concatenate(ways)
        padded = np.concatenate((way[:1], way, way[-1:]))
        ways = [np.mean([padded[i : i + len(way)] for i in range(3)], axis=0)]  # without corners
    corner = np.min(np.concatenate(ways), axis=0) - MARGIN
    wide, high = np.ceil(np.max(np.concatenate(ways), axis=0) - corner + MARGIN).astype(int)
    ink: Gray = np.zeros((int(high), int(wide)), np.uint8)
    for way in ways:
        draw_stroke(ink, way - corner, pen, rng)
    return ink
