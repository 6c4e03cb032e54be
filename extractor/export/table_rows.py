"""The lines of a form's table as rows of cells: one for each filled line of each page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from extractor.export.rows import EMPTY, Cell, has_readings
from extractor.export.sink import FieldColumn
from extractor.table_lines import LINE_COLUMN, TableLine, kept_lines, lines_of
from extractor.values import Kind, PageResult

LINE_COLUMNS = ("file", "page", "form", LINE_COLUMN, "status", "review")
"""Columns before those of the table."""


class TableColumns:
    """The columns of one of a form's tables, and how the lines of a page fill them."""

    long = False

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        self.name = name
        self.keep_empty = LINE_COLUMN in columns
        self._names = tuple(column for column in columns if column != LINE_COLUMN)
        self.header: tuple[str, ...] = LINE_COLUMNS + self._names
        self.status = self.header.index("status")

    def lines(self, result: PageResult) -> list[TableLine]:
        """The lines of a page that have a row: the filled ones, and empty ones between them where they are kept."""
        lines = lines_of(result.readings).get(self.name, []) if has_readings(result) else []
        return kept_lines(lines, keep_empty=self.keep_empty)

    def rows(self, result: PageResult) -> Iterator[list[Cell]]:
        """The rows of one page, none where no line is filled."""
        for line in self.lines(result):
            readings = line.readings
            values = (Cell(one.value, one.kind, one) for name in self._names if (one := readings.get(name)) is not None)
            yield [
                *(Cell(result.file), Cell(str(result.page), Kind.INTEGER), Cell(result.form)),
                *(Cell(str(line.number), Kind.INTEGER), Cell(result.status.value), Cell(" ".join(line.review))),
                *(next(values) if name in readings else EMPTY for name in self._names),
            ]

    def tree(self, result: PageResult) -> list[dict[str, Any]]:
        """The same rows for JSON: `line`, `status`, `review` and the value in each column."""
        return [
            {
                **{LINE_COLUMN: line.number, "status": result.status.value, "review": list(line.review)},
                **{name: reading.value for name, reading in line.readings.items()},
            }
            for line in self.lines(result)
        ]


def table_file(out: Path, table: str) -> Path:
    """The file of a table beside `out`, where a file holds one table."""
    return out.with_name(f"{out.stem}_{table}{out.suffix}")


def files_written(out: str, fields: Sequence[FieldColumn], *, long: bool) -> list[str]:
    """The files into which columns like these are written when `out` is asked for; none for standard output."""
    if out == "-":
        return []
    stem, point, ending = out.rpartition(".")
    alone = long or ending.lower() != "csv"
    # As text, since it may be the name of an object in a store.
    return [out, *([] if alone else (f"{stem}_{name}{point}{ending}" for name in tables_of(fields)))]


def tables_of(fields: Sequence[FieldColumn]) -> dict[str, TableColumns]:
    """The tables among the columns of some forms, by their names."""
    columns: dict[str, dict[str, None]] = {}
    for name, _ in fields:
        table, point, column = name.partition(".")
        if point:
            columns.setdefault(table, {})[column] = None
    return {table: TableColumns(table, list(names)) for table, names in columns.items()}
