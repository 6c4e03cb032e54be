"""Cells in a row become one comb; a cell by itself is a box."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from extractor.finding.cells import Cell
from extractor.values import Points

NARROWEST, WIDEST = 0.32, 1.35
"""Width over height of a cell for one symbol."""


@dataclass(frozen=True, eq=False)
class Group:
    """Cells, left to right, that make one field. `joined` says that neighbours share their lines, `dashed` that these
    are dashed."""

    cells: tuple[Cell, ...]
    joined: bool
    dashed: bool = False

    @property
    def corners(self) -> Points:
        """Shape (4, 2): from the first cell's left to the last cell's right."""
        first, last = self.cells[0].corners, self.cells[-1].corners
        return np.array((first[0], last[1], last[2], first[3]))


def group_cells(cells: list[Cell], long_side: int) -> list[Group]:
    """Combs of cells of one size at one pitch, and every other cell by itself."""
    following = {i: j for i in range(len(cells)) if (j := _next(cells, i)) is not None}
    preceded = set(following.values())
    groups: list[Group] = []
    for start in range(len(cells)):
        if start in preceded:
            continue
        chain = [start]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        groups += _split([cells[i] for i in chain], long_side)
    return groups


def _next(cells: list[Cell], index: int) -> int | None:
    """The cell that goes on the comb of `cells[index]` to the right."""
    own = cells[index].box
    if not NARROWEST <= own.width / own.height <= WIDEST:
        return None
    best: int | None = None
    for j, cell in enumerate(cells):
        box = cell.box
        gap = box.left - own.right
        if j == index or gap < -2 or gap > 0.6 * own.width or (best is not None and box.left >= cells[best].box.left):
            continue
        overlap = min(own.bottom, box.bottom) - max(own.top, box.top)
        if (
            overlap >= 0.8 * max(own.height, box.height)
            and abs(box.width - own.width) <= max(3.0, 0.22 * max(own.width, box.width))
            and NARROWEST <= box.width / box.height <= WIDEST
        ):
            best = j
    return best


def _split(chain: list[Cell], long_side: int) -> list[Group]:
    """A chain of neighbours, parted where a gap is clearly wider than the others."""
    gaps = [right.box.left - left.box.right for left, right in pairwise(chain)]
    if not gaps:
        return [Group((chain[0],), joined=True)]
    slack = 0.0018 * long_side
    widest = 1.7 * min(gaps) + slack
    groups, part = [], [chain[0]]
    for gap, cell in zip(gaps, chain[1:], strict=True):
        if gap > widest:
            groups.append(part)
            part = []
        part.append(cell)
    groups.append(part)
    return [Group(tuple(g), joined=_joined(g, slack)) for g in groups]


def _joined(cells: list[Cell], slack: float) -> bool:
    gaps = [right.box.left - left.box.right for left, right in pairwise(cells)]
    return not gaps or max(gaps) <= max(2 * slack, 0.1 * cells[0].box.width)
