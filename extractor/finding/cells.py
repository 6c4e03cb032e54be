"""Cells: the areas of paper that printed lines enclose."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.lines import Lines
from extractor.values import Box, Mask, Points

FULL = 0.82
"""The least share of its own rectangle that a cell fills."""


SIDE = 0.75
"""The least share of each side of a cell that must be printed line."""


@dataclass(frozen=True)
class Cell:
    """An enclosed area in pixels (edges) of the work page: `corners`, shape (4, 2), clockwise from the top left,
    and `box`, their upright mean."""

    corners: Points
    box: Box


def find_cells(lines: Lines, long_side: int) -> list[Cell]:
    """The rectangles that `lines` enclose, of a size to write in, innermost ones only."""
    barrier = cv2.bitwise_or(cv2.bitwise_or(lines.level, lines.upright), lines.solid)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(barrier), connectivity=4)
    least = max(8, 0.0065 * long_side)
    height, width = barrier.shape
    found: list[Cell] = []
    for label in range(1, len(stats)):
        left, top, w, h, area = (int(v) for v in stats[label])
        if w < 0.8 * least or h < least or h > 0.2 * long_side or w < 0.3 * h:
            continue
        if left == 0 or top == 0 or left + w == width or top + h == height:
            continue
        if area < 0.6 * w * h:
            continue
        own = labels[top : top + h, left : left + w] == label
        corners = _corners(own)
        cell_area = cv2.contourArea(corners.astype(np.float32))
        if not FULL * cell_area <= area <= 1.1 * cell_area or not _is_rectangle(corners):
            continue
        corners += (left, top)
        if not _has_sides(lines, corners):
            continue
        found.append(Cell(corners, upright_box(corners)))
    return _innermost(found)


def _has_sides(lines: Lines, corners: Points) -> bool:
    """Whether a straight line runs along each side up to its corners; the bow of an O does not."""
    steps = np.linspace(0.04, 0.96, 25)[:, None]
    middle = corners.mean(0)
    for start, end, mask in (
        (0, 1, lines.level),
        (1, 2, lines.upright),
        (2, 3, lines.level),
        (3, 0, lines.upright),
    ):
        points = corners[start] + (corners[end] - corners[start]) * steps
        out = points.mean(0) - middle
        out /= max(1e-6, float(np.linalg.norm(out)))
        seen = np.zeros(len(points), bool)
        for distance in (-0.5, 0.5, 1.5, 2.5):
            x, y = np.floor(points + out * distance).astype(int).T
            x, y = x.clip(0, mask.shape[1] - 1), y.clip(0, mask.shape[0] - 1)
            seen |= (mask[y, x] > 0) | (lines.solid[y, x] > 0)
        if seen.mean() < SIDE or seen[:4].sum() < 2 or seen[-4:].sum() < 2:
            return False
    return True


def upright_box(corners: Points) -> Box:
    """The mean upright rectangle of four corners, shape (4, 2)."""
    left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
    top, bottom = corners[:2, 1].mean(), corners[2:, 1].mean()
    return Box(float(left), float(top), float(right - left), float(bottom - top))


def _corners(own: NDArray[np.bool_]) -> Points:
    """The corners of one area, a mask of its own bounds: where straight lines along its four sides meet."""
    left = _side(own.argmax(1), own.any(1))
    right = _side(own.shape[1] - own[:, ::-1].argmax(1), own.any(1))
    top = _side(own.argmax(0), own.any(0))
    bottom = _side(own.shape[0] - own[::-1].argmax(0), own.any(0))
    corners = []
    for (a, b), (c, d) in ((left, top), (right, top), (right, bottom), (left, bottom)):
        # x = a + b y and y = c + d x.
        x = (a + b * c) / (1 - b * d)
        corners.append((x, c + d * x))
    return np.array(corners, np.float64)


def _side(edge: NDArray[np.intp], seen: NDArray[np.bool_]) -> tuple[float, float]:
    """Offset and slope of a straight line along `edge`: through the medians of its two halves, so that a corner cut
    off or writing that touches does not turn it."""
    at = np.flatnonzero(seen)
    inset = len(at) // 10
    at = at[inset : len(at) - inset]
    half = len(at) // 2
    if half < 3:
        return float(np.median(edge[at])), 0.0
    (x1, y1), (x2, y2) = ((float(part.mean()) + 0.5, float(np.median(edge[part]))) for part in (at[:half], at[half:]))
    slope = (y2 - y1) / (x2 - x1)
    # Less than a pixel from end to end is the raster's doing, not the line's.
    if abs(slope) * len(edge) < 1.2:
        return float(np.median(edge[at])), 0.0
    return y1 - slope * x1, slope


def _is_rectangle(corners: Points) -> bool:
    sides = np.linalg.norm(np.roll(corners, -1, 0) - corners, axis=1)
    if sides.min() < 1:
        return False
    along = (np.roll(corners, -1, 0) - corners) / sides[:, None]
    turns = np.abs((along * np.roll(along, -1, 0)).sum(1))
    return bool(turns.max() < 0.2) and bool(
        max(sides[0], sides[2]) < 1.25 * min(sides[0], sides[2])
        and max(sides[1], sides[3]) < 1.25 * min(sides[1], sides[3])
    )


def _innermost(cells: list[Cell]) -> list[Cell]:
    """`cells` without those that have another in them: frames around fields."""
    middles = np.array([(c.box.left + c.box.width / 2, c.box.top + c.box.height / 2) for c in cells]).reshape(-1, 2)
    kept = []
    for index, cell in enumerate(cells):
        box = cell.box
        inside = (
            (middles[:, 0] > box.left)
            & (middles[:, 0] < box.right)
            & (middles[:, 1] > box.top)
            & (middles[:, 1] < box.bottom)
        )
        inside[index] = False
        if not inside.any():
            kept.append(cell)
    return kept
