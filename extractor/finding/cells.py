"""Cells: the rectangles of paper that printed lines enclose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.page_rulings import Rulings, round_corners
from extractor.finding.quad import filled_area, find_corners, has_corners, has_sides, is_rectangle, upright_box
from extractor.ink import as_gray
from extractor.values import Box, Mask, Points

FULL = 0.82
"""The least share of its own rectangle that a cell fills."""

HIGHEST = 0.2
"""The height of the highest cell, as a share of the page's long side."""

LEAST_BOX = 0.012
"""The same of the lowest box that is wider than high: below it are the gaps between the rows of tables."""

DRAWN = 0.62
"""What lies in a cell and is lower than this share of it may be drawn into it: a guide, a loop of writing."""

WIDE = 2.0
"""Width over height from which on a clear rectangle in another one is a box in a frame."""

SYMBOL = 0.035
"""A cell lower than this, and hardly wider than high, holds one symbol: a faint line in it is chance."""


Bounds: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height of an area in whole pixels."""


@dataclass(frozen=True, eq=False)
class Cell:
    """An enclosed area in pixels (edges) of the work page: `corners`, shape (4, 2), clockwise from the top left,
    and `box`, their upright mean. `clear` says that its corners are paper: the inside of an O is not clear, nor is a
    cell struck out with a large cross."""

    corners: Points
    box: Box
    clear: bool


def find_cells(clear: Rulings, faint: Rulings, long_side: int) -> list[Cell]:
    """The rectangles that the lines of a page enclose, of a size to write in, innermost ones only.

    What `clear` lines enclose is kept, whatever `faint` ones (the clear ones among them) make of it, unless they part
    it into a row of cells.
    """
    found, bounds = _enclosed(clear, long_side, frozenset())
    rounded, more_bounds = _enclosed(clear, long_side, bounds, round_corners(clear, long_side))
    if found and rounded:
        # On a filled page writing near the ends of broken lines passes for bends: it may only add to what is found.
        most = _shared(rounded, found).max(1)
        rounded = [
            cell for cell, common in zip(rounded, most, strict=True) if common < 0.05 * cell.box.width * cell.box.height
        ]
    found, bounds = found + rounded, bounds | more_bounds
    more, _ = _enclosed(faint, long_side, bounds)
    if not found or not more:
        return _innermost(found or more)
    areas = [np.array([cell.box.width * cell.box.height for cell in cells]) for cells in (found, more)]
    shared = _shared(found, more)
    around = shared > 0.9 * areas[0][:, None]
    within = (shared > 0.9 * areas[1]) & ~around
    parted = np.array(
        [
            not (cell.box.height < SYMBOL * long_side and cell.box.width < 1.4 * cell.box.height)
            and _is_row([more[j] for j in np.flatnonzero(row)])
            for cell, row in zip(found, within, strict=True)
        ]
    )
    wanted = ~((shared > 0.1 * areas[1]) & ~(around & (areas[1] > 1.5 * areas[0][:, None])) & ~parted[:, None]).any(0)
    kept = [cell for cell, gone in zip(found, parted, strict=True) if not gone]
    return _innermost(kept + [cell for cell, taken in zip(more, wanted, strict=True) if taken])


def _enclosed(
    lines: Rulings, long_side: int, known: frozenset[Bounds], bends: Mask | None = None
) -> tuple[list[Cell], frozenset[Bounds]]:
    """The cells among the areas that `lines` enclose, and the bounds of their areas; those `known` are left out.

    With `bends`, 255 where lines go round a corner, these close areas too.
    """
    level, upright = (as_gray(cv2.bitwise_or(line, lines.solid)) for line in (lines.level, lines.upright))
    paper = cv2.bitwise_not(cv2.bitwise_or(level, upright))
    if bends is not None:
        paper = as_gray(cv2.subtract(paper, bends))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    least = max(8, 0.0065 * long_side)
    left, top, w, h, area = stats.T.astype(np.float64)
    likely = (w >= 0.8 * least) & (h >= least) & (h <= HIGHEST * long_side) & (w >= 0.3 * h)
    likely &= ((h >= LEAST_BOX * long_side) | (w <= 1.35 * h)) & (area >= 0.4 * w * h)
    likely &= (left > 0) & (top > 0) & (left + w < paper.shape[1]) & (top + h < paper.shape[0])
    found: list[Cell] = []
    bounds: list[Bounds] = []
    for label in np.flatnonzero(likely):
        x, y, width, height = (int(v) for v in stats[label, :4])
        if (x, y, width, height) in known:
            continue
        own = labels[y : y + height, x : x + width] == label
        corners = find_corners(own)
        size = cv2.contourArea(corners.astype(np.float32))
        if not FULL * size <= filled_area(own) <= 1.1 * size or not is_rectangle(corners):
            continue
        corners += (x, y)
        if has_sides(corners, level, upright, lines.ink):
            free = own & (lines.ink[y : y + height, x : x + width] == 0)
            found.append(Cell(corners, upright_box(corners), has_corners(free)))
            bounds.append((x, y, width, height))
    return found, frozenset(bounds)


def _shared(first: list[Cell], second: list[Cell]) -> NDArray[np.float64]:
    """The area that each of `first` shares with each of `second`, shape (first, second)."""
    a, b = (np.array([(c.box.left, c.box.top, c.box.right, c.box.bottom) for c in cells]) for cells in (first, second))
    size = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    shared: NDArray[np.float64] = size.clip(0, None).prod(2)
    return shared


def _is_field(cell: Cell) -> bool:
    """Whether what lies in a larger rectangle is a box to write in: no stroke draws one so wide and so clear."""
    return cell.clear and cell.box.width > WIDE * cell.box.height


def _is_row(cells: list[Cell]) -> bool:
    """Whether the highest of `cells` are clear, of one size and in a row, rather than there by chance."""
    highest = max((cell.box.height for cell in cells), default=0.0)
    tall = [cell for cell in cells if cell.clear and cell.box.height > 0.8 * highest]
    widths, tops = [cell.box.width for cell in tall], [cell.box.top for cell in tall]
    if len(tall) < 2 or max(widths) > 1.35 * min(widths):
        return False
    # Of several rows, two cells of one are enough.
    return sorted(tops)[1] - sorted(tops)[0] < 0.25 * highest


def _innermost(cells: list[Cell]) -> list[Cell]:
    """`cells` without the frames around others, and without what is drawn into others."""
    boxes = np.array([cell.box for cell in cells], np.float64).reshape(-1, 4)
    left, top, width, height = boxes.T
    x, y = left + width / 2, top + height / 2
    keep = np.ones(len(cells), bool)
    for index in range(len(cells)):
        inside = (x > left[index]) & (x < left[index] + width[index])
        inside &= (y > top[index]) & (y < top[index] + height[index])
        inside[index] = False
        within = np.flatnonzero(inside)
        inner = [cells[j] for j in within]
        if (height[within] >= DRAWN * height[index]).any() or any(map(_is_field, inner)) or _is_row(inner):
            keep[index] = False
        else:
            keep[within] = False
    return [cell for cell, wanted in zip(cells, keep, strict=True) if wanted]
