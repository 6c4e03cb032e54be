"""Cells in a row become one comb; a cell by itself is a box."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

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
    boxes = np.array([cell.box for cell in cells], np.float64).reshape(-1, 4)
    single = np.array([_holds_one_symbol(cell.box) for cell in cells], bool)
    following = {i: j for i in np.flatnonzero(single).tolist() if (j := _next(boxes, single, i)) is not None}
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
            apart = _goes_on_wider(group, boxes, single, long_side)
            groups += [Group((cell,), joined=True) for cell in group.cells] if apart else [group]
    return groups


def _goes_on_wider(group: Group, boxes: NDArray[np.float64], single: NDArray[np.bool_], long_side: int) -> bool:
    """Whether right beside a comb a cell of nearly its cells' size stands that is too wide for one symbol. `boxes` and
    `single` are as for `_next`."""
    if len(group.cells) <= 1 or not group.joined:
        return False
    reach = FINDING.comb_reach.of(long_side)
    first, last = group.cells[0].box, group.cells[-1].box
    gaps = ((first, first.left - boxes[:, 0] - boxes[:, 2]), (last, boxes[:, 0] - last.right))
    return any(bool(((np.abs(gap) <= reach) & ~single & _matches(own, boxes)).any()) for own, gap in gaps)


def _matches(own: Box, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of `boxes`, shape (n, 4) as left, top, width, height, are level with one and nearly of its width, as the
    cells of a comb are."""
    _, top, width, height = boxes.T
    shared = np.minimum(own.bottom, top + height) - np.maximum(own.top, top)
    slack = FINDING.comb_width
    alike = np.abs(width - own.width) <= np.maximum(slack.least, slack.share * np.maximum(own.width, width))
    matched: NDArray[np.bool_] = alike & (shared >= FINDING.comb_level * np.maximum(own.height, height))
    return matched


def _next(boxes: NDArray[np.float64], single: NDArray[np.bool_], index: int) -> int | None:
    """The cell that goes on the comb of one to the right. `boxes`, shape (n, 4), are those of the cells, `single` says
    which hold one symbol."""
    own = Box(*boxes[index].tolist())
    overlap_px, widest_gap = FINDING.comb_gap
    gap = boxes[:, 0] - own.right
    near = single & (gap >= overlap_px) & (gap <= widest_gap * own.width)
    near[index] = False
    others = np.flatnonzero(near)
    others = others[_matches(own, boxes[others])]
    return int(others[boxes[others, 0].argmin()]) if len(others) else None


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
