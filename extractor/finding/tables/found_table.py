"""What finding gives of a table."""

from __future__ import annotations

from dataclasses import dataclass

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
