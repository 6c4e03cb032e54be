"""Cells in a row become one comb; a cell by itself is a box."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.values import Box, Points


@dataclass(frozen=True, eq=False)
class Group:
    """Cells, left to right, that make one field. `joined` says that neighbours share their rulings, `dashed` that
    these are dashed."""

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
        for group in _split([cells[i] for i in chain], long_side):
            # Boxes of a table that are nearly narrow enough for one symbol: where the next is not, none of them is.
            apart = _goes_on_wider(group, cells, long_side)
            groups += [Group((cell,), joined=True) for cell in group.cells] if apart else [group]
    return groups


def _goes_on_wider(group: Group, cells: list[Cell], long_side: int) -> bool:
    """Whether right beside a comb a cell of nearly its cells' size stands that is too wide for one symbol."""
    if len(group.cells) <= 1 or not group.joined:
        return False
    reach = FINDING.comb_reach.of(long_side)
    for own, left in ((group.cells[0].box, True), (group.cells[-1].box, False)):
        for cell in cells:
            box = cell.box
            gap = own.left - box.right if left else box.left - own.right
            if abs(gap) <= reach and _matches(own, box) and not _holds_one_symbol(box):
                return True
    return False


def _matches(own: Box, other: Box) -> bool:
    """Whether two boxes are level and nearly of one width, as the cells of a comb are."""
    shared = min(own.bottom, other.bottom) - max(own.top, other.top)
    alike = abs(other.width - own.width) <= FINDING.comb_width.of(max(own.width, other.width))
    return alike and shared >= FINDING.comb_level * max(own.height, other.height)


def _next(cells: list[Cell], index: int) -> int | None:
    """The cell that goes on the comb of `cells[index]` to the right."""
    own = cells[index].box
    if not _holds_one_symbol(own):
        return None
    overlap_px, widest_gap = FINDING.comb_gap
    best: int | None = None
    for j, cell in enumerate(cells):
        box = cell.box
        gap = box.left - own.right
        if j == index or not overlap_px <= gap <= widest_gap * own.width:
            continue
        if best is not None and box.left >= cells[best].box.left:
            continue
        if _matches(own, box) and _holds_one_symbol(box):
            best = j
    return best


def _holds_one_symbol(box: Box) -> bool:
    narrowest, widest = FINDING.comb_shape
    return narrowest <= box.width / box.height <= widest


def _split(chain: list[Cell], long_side: int) -> list[Group]:
    """A chain of neighbours, parted where a gap is clearly wider than the others."""
    gaps = [right.box.left - left.box.right for left, right in pairwise(chain)]
    if not gaps:
        return [Group((chain[0],), joined=True)]
    slack = FINDING.comb_slack * long_side
    widest = FINDING.comb_spread * min(gaps) + slack
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
    return not gaps or max(gaps) <= max(2 * slack, FINDING.comb_joined * cells[0].box.width)
