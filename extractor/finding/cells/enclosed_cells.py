"""Cells: the rectangles of paper that rulings enclose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.quad import filled_area, find_corners, has_corners, has_sides, is_rectangle, upright_box
from extractor.finding.rulings.page_rulings import Rulings, round_corners
from extractor.ink import as_gray
from extractor.values import Box, Mask, Points

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
    """The rectangles that the rulings of a page enclose, of a size to write in, innermost ones only.

    What `clear` rulings enclose is kept, whatever `faint` ones (the clear ones among them) make of it, unless they part
    it into a row of cells.
    """
    found, bounds = _enclosed(clear, long_side, frozenset())
    rounded, more_bounds = _enclosed(clear, long_side, bounds, round_corners(clear, long_side))
    if found and rounded:
        # On a filled page writing near the ends of broken rulings passes for bends: it may only add to what is found.
        most = _shared(rounded, found).max(1)
        limits = [FINDING.rounded_overlap * cell.box.width * cell.box.height for cell in rounded]
        rounded = [cell for cell, common, limit in zip(rounded, most, limits, strict=True) if common < limit]
    found, bounds = found + rounded, bounds | more_bounds
    more, _ = _enclosed(faint, long_side, bounds)
    if not found or not more:
        return _innermost(found or more)
    areas = [np.array([cell.box.width * cell.box.height for cell in cells]) for cells in (found, more)]
    shared = _shared(found, more)
    around = shared > FINDING.around * areas[0][:, None]
    within = (shared > FINDING.around * areas[1]) & ~around
    parted = np.array(
        [
            not _holds_one_symbol(cell, long_side) and _is_row([more[j] for j in np.flatnonzero(row)])
            for cell, row in zip(found, within, strict=True)
        ]
    )
    larger = around & (areas[1] > FINDING.faint_growth * areas[0][:, None])
    wanted = ~((shared > FINDING.faint_overlap * areas[1]) & ~larger & ~parted[:, None]).any(0)
    kept = [cell for cell, gone in zip(found, parted, strict=True) if not gone]
    return _innermost(kept + [cell for cell, taken in zip(more, wanted, strict=True) if taken])


def _enclosed(
    rulings: Rulings, long_side: int, known: frozenset[Bounds], bends: Mask | None = None
) -> tuple[list[Cell], frozenset[Bounds]]:
    """The cells among the areas that `rulings` enclose, and the bounds of their areas; those `known` are left out.

    With `bends`, 255 where rulings go round a corner, these close areas too.
    """
    level, upright = (as_gray(cv2.bitwise_or(one, rulings.solid)) for one in (rulings.level, rulings.upright))
    paper = cv2.bitwise_not(cv2.bitwise_or(level, upright))
    if bends is not None:
        paper = as_gray(cv2.subtract(paper, bends))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    least = FINDING.cell_least.of(long_side)
    left, top, w, h, area = stats.T.astype(np.float64)
    slimmest, widest = FINDING.cell_shape
    likely = (w >= FINDING.cell_least_width * least) & (w >= slimmest * h)
    likely &= (h >= least) & (h <= FINDING.cell_most_height * long_side)
    likely &= (h >= FINDING.box_least_height * long_side) | (w <= widest * h)
    likely &= area >= FINDING.cell_solidity * w * h
    likely &= (left > 0) & (top > 0) & (left + w < paper.shape[1]) & (top + h < paper.shape[0])
    found: list[Cell] = []
    bounds: list[Bounds] = []
    least_fill, most_fill = FINDING.cell_fill
    for label in np.flatnonzero(likely):
        x, y, width, height = (int(v) for v in stats[label, :4])
        if (x, y, width, height) in known:
            continue
        own = labels[y : y + height, x : x + width] == label
        corners = find_corners(own)
        size = cv2.contourArea(corners.astype(np.float32))
        if not least_fill * size <= filled_area(own) <= most_fill * size or not is_rectangle(corners):
            continue
        corners += (x, y)
        if has_sides(corners, level, upright, rulings.ink):
            free = own & (rulings.ink[y : y + height, x : x + width] == 0)
            found.append(Cell(corners, upright_box(corners), has_corners(free)))
            bounds.append((x, y, width, height))
    return found, frozenset(bounds)


def _shared(first: list[Cell], second: list[Cell]) -> NDArray[np.float64]:
    """The area that each of `first` shares with each of `second`, shape (first, second)."""
    a, b = (np.array([(c.box.left, c.box.top, c.box.right, c.box.bottom) for c in cells]) for cells in (first, second))
    size = np.minimum(a[:, None, 2:], b[None, :, 2:]) - np.maximum(a[:, None, :2], b[None, :, :2])
    shared: NDArray[np.float64] = size.clip(0, None).prod(2)
    return shared


def _holds_one_symbol(cell: Cell, long_side: int) -> bool:
    """Whether a cell is so low and narrow that a faint ruling in it is chance."""
    height, shape = FINDING.symbol_cell
    return cell.box.height < height * long_side and cell.box.width < shape * cell.box.height


def _is_field(cell: Cell) -> bool:
    """Whether what lies in a larger rectangle is a box to write in: no stroke draws one so wide and so clear."""
    return cell.clear and cell.box.width > FINDING.framed_shape * cell.box.height


def _is_row(cells: list[Cell]) -> bool:
    """Whether the highest of `cells` are clear, of one size and in a row, rather than there by chance."""
    highest = max((cell.box.height for cell in cells), default=0.0)
    tall = [cell for cell in cells if cell.clear and cell.box.height > FINDING.row_height * highest]
    widths, tops = [cell.box.width for cell in tall], [cell.box.top for cell in tall]
    if len(tall) <= 1 or max(widths) > FINDING.row_width * min(widths):
        return False
    # Of several rows, two cells of one are enough.
    return sorted(tops)[1] - sorted(tops)[0] < FINDING.row_drift * highest


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
        if (
            (height[within] >= FINDING.drawn_height * height[index]).any()
            or any(map(_is_field, inner))
            or _is_row(inner)
        ):
            keep[index] = False
        else:
            keep[within] = False
    return [cell for cell, wanted in zip(cells, keep, strict=True) if wanted]
