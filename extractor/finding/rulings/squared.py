"""Squared paper and grids for tally marks: so many equal small cells side by side are no places for numbers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.rulings.page_rulings import Rulings
from extractor.geometry import together
from extractor.ink import as_gray
from extractor.values import Box, Mask


def squared_areas(rulings: Rulings, long_side: int) -> Mask:
    """Where the page is squared, 255, of the work page's size: areas of many equal cells that share their rulings, in
    many rows and columns. Lower cells than a number needs are a grid for tally marks where there are fewer."""
    paper = cv2.bitwise_not(cv2.bitwise_or(rulings.level, rulings.upright))
    _, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    _, _, width, height, area = stats.T.astype(np.float64)
    least, most = (share * long_side for share in FINDING.square_side)
    likely = (width >= least) & (height >= least) & (height <= most) & (width <= FINDING.square_widest * height)
    likely &= area >= FINDING.square_filled * width * height
    cells = stats[likely, :4].astype(np.float64)
    mask = np.zeros(paper.shape, np.uint8)
    if len(cells) < FINDING.grid_cells[0]:
        return mask
    for members in _grids(cells):
        own = cells[members]
        w, h = np.median(own[:, 2]), np.median(own[:, 3])
        rows, columns = np.ptp(own[:, 1]) / h + 1, np.ptp(own[:, 0]) / w + 1
        low = h < FINDING.grid_low * long_side
        fewest = FINDING.grid_cells[0 if low else 1]
        if len(own) < fewest or min(rows, columns) < FINDING.grid_rows or (not low and w > FINDING.grid_square * h):
            continue
        grid = np.zeros(paper.shape, np.uint8)
        for x, y, wide, tall in own.astype(int):
            grid[y : y + tall, x : x + wide] = 255
        reach = (2 * int(w) | 1, 2 * int(h) | 1)
        mask |= cv2.morphologyEx(grid, cv2.MORPH_CLOSE, np.ones(reach[::-1], np.uint8)).astype(np.uint8)
    return as_gray(mask)


def _grids(cells: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Indices of `cells`, rows of left, top, width and height, that are neighbours of one size, together."""
    pairs: list[tuple[int, int]] = []
    for along, size in ((0, 2), (1, 3)):
        across, other = 1 - along, 5 - size
        order = np.argsort(cells[:, along])
        starts = cells[order, along]
        for i, cell in enumerate(cells):
            end, slack = cell[along] + cell[size], FINDING.square_gap.of(min(cell[2], cell[3]))
            j = order[np.searchsorted(starts, end) : np.searchsorted(starts, end + slack)]
            near = cells[j]
            # Of a grid one column may be wider, as for the sums of its rows.
            alike = np.maximum(near[:, size], cell[size]) <= FINDING.square_wider[along] * np.minimum(
                near[:, size], cell[size]
            )
            alike &= np.abs(near[:, other] - cell[other]) <= FINDING.square_alike.of(cell[other])
            alike &= np.abs(near[:, across] - cell[across]) <= FINDING.square_alike.of(cell[other])
            pairs += [(i, int(k)) for k in j[alike]]
    return together(len(cells), pairs)


def lies_in(mask: Mask, box: Box) -> bool:
    """Whether the middle of `box` is on `mask`."""
    y, x = round(box.top + box.height / 2), round(box.left + box.width / 2)
    return 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and bool(mask[y, x])
