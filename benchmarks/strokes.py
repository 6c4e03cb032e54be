"""Digits of MNIST as strokes of a pen: their ridges, traced from end to end.

Thinning: T. Y. Zhang, C. Y. Suen, A fast parallel algorithm for thinning digital patterns, CACM 27(3), 1984.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np

from extractor.values import Gray

Pixel: TypeAlias = tuple[int, int]
Stroke: TypeAlias = list[tuple[float, float]]

UP = 5
"""How much larger than MNIST's own the picture is that is thinned."""
SPUR = 7
"""Pixels of that picture; shorter side branches come of thinning, not of a pen."""
STEP = 8
"""Every which pixel of a ridge becomes a point: a line between two of them bends no more than a hand does."""
RING = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Neighbours clockwise from above, as (row, column)."""


def strokes(image: Gray) -> list[Stroke]:
    """The strokes of an MNIST image, shape (28, 28), as lists of (x, y) in its pixels."""
    large = cv2.resize(image, None, fx=UP, fy=UP, interpolation=cv2.INTER_CUBIC)
    ink = (cv2.GaussianBlur(large, (0, 0), UP / 3) > 110).astype(np.uint8)
    # A faint digit must not fall apart.
    if not ink.any():
        ink = (large > large.max() / 2).astype(np.uint8)
    ridge = {(int(y), int(x)) for y, x in np.argwhere(thin(ink))}
    lines = list(_without_spurs(ridge))
    return [[((x + 0.5) / UP, (y + 0.5) / UP) for y, x in _thinned_out(line)] for line in lines]


def thin(ink: Gray) -> Gray:
    """The ridges of what is 1 in `ink`, one pixel wide."""
    now = np.pad(ink, 1)
    while True:
        before = now.copy()
        for first in (True, False):
            around = [np.roll(now, (-y, -x), (0, 1)) for y, x in RING]
            count = np.sum(around, axis=0)
            turns = np.sum([(around[i] == 0) & (around[(i + 1) % 8] == 1) for i in range(8)], axis=0)
            up, right, down, left = around[0], around[2], around[4], around[6]
            one = up * right * down if first else up * right * left
            two = right * down * left if first else up * down * left
            gone = (now == 1) & (count >= 2) & (count <= 6) & (turns == 1) & (one == 0) & (two == 0)
            now = np.where(gone, 0, now).astype(np.uint8)
        if np.array_equal(before, now):
            return now[1:-1, 1:-1]


def _without_spurs(ridge: set[Pixel]) -> Iterator[list[Pixel]]:
    found = list(_lines(ridge))
    ends = {pixel for pixel in ridge if len(_near(ridge, pixel)) == 1}
    for line in found:
        loose = (line[0] in ends) + (line[-1] in ends)
        # A short line that ends in the open at one side only hangs on another one.
        if not (loose == 1 and len(line) < SPUR and len(found) > 1):
            yield line


def _lines(ridge: set[Pixel]) -> Iterator[list[Pixel]]:
    """The ridge as lines between its ends and crossings, then its rings."""
    crossings = {pixel for pixel in ridge if len(_near(ridge, pixel)) != 2}
    used: set[frozenset[Pixel]] = set()
    for start in [*sorted(crossings), *sorted(ridge - crossings)]:
        if not _near(ridge, start):
            yield [start]
        for following in _near(ridge, start):
            if frozenset((start, following)) in used or (start not in crossings and _touched(used, start)):
                continue
            line = [start, following]
            used.add(frozenset(line))
            while line[-1] not in crossings and line[-1] != start:
                ahead = [p for p in _near(ridge, line[-1]) if frozenset((line[-1], p)) not in used]
                if not ahead:
                    break
                used.add(frozenset((line[-1], ahead[0])))
                line.append(ahead[0])
            yield line


def _touched(used: set[frozenset[Pixel]], pixel: Pixel) -> bool:
    return any(pixel in step for step in used)


def _near(ridge: set[Pixel], pixel: Pixel) -> list[Pixel]:
    """Neighbours along the ridge; a corner's two sides count, its diagonal does not."""
    y, x = pixel
    straight = [(y + dy, x + dx) for dy, dx in RING[::2] if (y + dy, x + dx) in ridge]
    slanted = [
        (y + dy, x + dx)
        for dy, dx in RING[1::2]
        if (y + dy, x + dx) in ridge and (y + dy, x) not in ridge and (y, x + dx) not in ridge
    ]
    return straight + slanted


def _thinned_out(line: list[Pixel]) -> list[Pixel]:
    return line if len(line) <= 2 else [*line[:-1:STEP], line[-1]]
