"""What finding gives of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractor.finding.quad import upright_box
from extractor.finding.work_page import WorkPage
from extractor.values import Box


@dataclass(frozen=True)
class FoundColumn:
    """A column in pixels, where it is in the first line; `cells` counts those of a comb."""

    name: str
    left: float
    width: float
    cells: int | None


@dataclass(frozen=True)
class FoundTable:
    """A table, in pixels of the page: the inside of each of its `lines`, top to bottom, block by block, and its
    `columns`, left to right, as they are in the first line. Printed numbers of lines are none of them.

    `area` is all of it, with its headings.
    """

    lines: tuple[Box, ...]
    columns: tuple[FoundColumn, ...]
    area: Box

    def is_parted(self, cells: Sequence[Box]) -> bool:
        """Whether rulings enclose several of `cells` side by side in one column of most lines: then it is no column,
        and its uprights were not seen along all of the table."""
        middles = np.array([(one.left + one.width / 2, one.top + one.height / 2) for one in cells]).reshape(-1, 2)
        first = self.lines[0].left
        for column in self.columns:
            if column.cells is None:
                left = [line.left + column.left - first for line in self.lines]
                boxes = [Box(x, line.top, column.width, line.height) for x, line in zip(left, self.lines, strict=True)]
                corners = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes])
                inside = (middles > corners[:, None, :2]) & (middles < corners[:, None, 2:])
                if np.median(inside.all(2).sum(1)) > 1:
                    return True
        return False

    def on_page(self, work: WorkPage) -> FoundTable:
        """This table of the work page in pixels of the page as given."""
        first = self.lines[0]
        columns = []
        for column in self.columns:
            box = _on_page(work, Box(column.left, first.top, column.width, first.height))
            columns.append(FoundColumn(column.name, box.left, box.width, column.cells))
        lines = tuple(_on_page(work, line) for line in self.lines)
        return FoundTable(lines, tuple(columns), _on_page(work, self.area))


def _on_page(work: WorkPage, box: Box) -> Box:
    return upright_box(work.to_page(box.corners))
