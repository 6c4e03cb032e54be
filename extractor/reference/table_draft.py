"""The tables of a template, as a person would write them, drafted from those that were found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.finding import FoundTable
from extractor.reference.bubble_draft import TickColumn
from extractor.reference.draft_names import field_names
from extractor.reference.reference_parameters import REFERENCE
from extractor.template import Format
from extractor.template.table import Table, TableColumn, TableRows
from extractor.values import Box, Kind


def draft_tables(
    found: Sequence[FoundTable], shape: tuple[int, ...], ticked: Sequence[Sequence[TickColumn | None]]
) -> tuple[Table, ...]:
    """The tables `found` on a blank form of this shape, in its pixels: `table`, `table_2` and so on; `ticked` says of
    each of their columns whether it has boxes to tick."""
    tables = []
    for number, (table, ticks) in enumerate(zip(found, ticked, strict=True), 1):
        name = "table" if number == 1 else f"table_{number}"
        lines = [_within(line, shape) for line in table.lines]
        names = field_names(column.name for column in table.columns)
        columns = []
        for column, own, tick in zip(table.columns, names, ticks, strict=True):
            if tick is not None:
                mark = Format(kind=Kind.MARK)
                columns.append(TableColumn(name=own, left=tick.left, width=tick.width, marks=tick.marks, format=mark))
                continue
            left = max(column.left, lines[0].left)
            width = min(column.left + column.width, lines[0].right) - left
            columns.append(
                TableColumn(
                    name=own,
                    left=round(left, 1),
                    width=round(width, 1),
                    cells=column.cells,
                    format=Format(kind=Kind.DIGITS),
                )
            )
        tables.append(Table(name=name, rows=table_rows(lines), columns=tuple(columns)))
    return tuple(tables)


def table_rows(lines: Sequence[Box]) -> TableRows:
    """Lines below one another at one pitch, or each with its box."""
    tops, feet = np.array([line.top for line in lines]), np.array([line.bottom for line in lines])
    if len(lines) > 1 and len({round(line.left) for line in lines}) == 1:
        at = np.arange(len(lines))
        pitch, first = np.polyfit(at, tops, 1)
        height = float(np.median(feet - tops))
        off = max(np.abs(tops - first - pitch * at).max(), np.abs(feet - tops - height).max())
        if off <= max(REFERENCE.rows_even[1], REFERENCE.rows_even[0] * pitch):
            box = Box(lines[0].left, float(first), lines[0].width, min(height, float(pitch)))
            return TableRows(first=_rounded(box), count=len(lines), pitch=round(float(pitch), 2))
    return TableRows(boxes=tuple(map(_rounded, lines)))


def _within(line: Box, shape: tuple[int, ...]) -> Box:
    left, top = max(0.0, line.left), max(0.0, line.top)
    # A tenth is left for rounding.
    return Box(left, top, min(line.right, shape[1] - 0.1) - left, min(line.bottom, shape[0] - 0.1) - top)


def _rounded(box: Box) -> Box:
    return Box(*(round(float(v), 1) for v in box))
