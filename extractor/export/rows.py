"""A page as rows of cells, the same for CSV and XLSX. A cell is text and the kind of thing that the text is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.errors import OutputError
from extractor.export.sink import FieldColumn
from extractor.table_lines import LINE_COLUMN, TablePlace, column_of, kept_lines, lines_of, table_place
from extractor.values import RECORD, Kind, PageResult, PageStatus, Reading

PAGE_COLUMNS = ("file", "page", "form", "status", "review")
PLACE_COLUMNS = ("left", "top", "width", "height")
READING_COLUMNS = ("value", "written", "confidence", "status", *PLACE_COLUMNS)
FIELD_COLUMNS = ("file", "page", "form", "field", *READING_COLUMNS)
TABLE_FIELD_COLUMNS = ("file", "page", "form", "field", "table", LINE_COLUMN, "column", *READING_COLUMNS)
"""Columns of one row per field, without and with tables."""

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Cell(NamedTuple):
    """`text` as a person would write it; `reading` is given where the cell holds a field's value."""

    text: str
    kind: Kind = Kind.DIGITS
    reading: Reading | None = None

    @property
    def is_number(self) -> bool:
        """Whether the text is a number and the cell one that should hold a number."""
        return (self.kind.is_number or self.kind is Kind.MARK) and PLAIN_NUMBER.fullmatch(self.text) is not None


class Columns:
    """The columns of what has a row per page, or with `long` a row per field, and how a page fills them. The lines of a
    form's tables have columns of their own in `table_rows`, and are among the rows here only with `long`."""

    def __init__(self, fields: Sequence[FieldColumn], long: bool) -> None:
        self.long = long
        self._known = frozenset(name for name, _ in fields)
        self._recorded = (RECORD, Kind.BARCODE) in fields
        self._names = tuple(
            dict.fromkeys(name for name, _ in fields if "." not in name and (name != RECORD or not self._recorded))
        )
        self._of_tables = any("." in name for name in self._known)
        of_fields = TABLE_FIELD_COLUMNS if self._of_tables else FIELD_COLUMNS
        header = of_fields if long else PAGE_COLUMNS + self._names
        after = header.index("form") + 1
        self.header: tuple[str, ...] = (*header[:after], *([RECORD] * self._recorded), *header[after:])
        self.status = self.header.index("status")

    def rows(self, result: PageResult) -> Iterator[list[Cell]]:
        """The rows of one page: one, or with `long` one per field.

        A page that was not read gives one row in either layout, so that none goes missing silently.
        Raises OutputError where a reading has no column.
        """
        file, page, form = Cell(result.file), Cell(str(result.page), Kind.INTEGER), Cell(result.form)
        readings = result.readings if has_readings(result) else ()
        # Another form may have a field that is called so.
        own = next((Cell(one.value, one.kind, one) for one in readings if one.field == RECORD), EMPTY)
        record = [Cell(result.record, Kind.BARCODE) if result.record else own] * self._recorded
        if not self.long:
            cells = {one.field: Cell(one.value, one.kind, one) for one in readings}
            for name in {column_of(field) for field in cells} - self._known:
                raise OutputError(
                    f"Field '{name}' of {result.file}, page {result.page}, has no column; give the templates that the "
                    "pages were read with, or write one row per field with --long."
                )
            yield [
                *(file, page, form, *record, Cell(result.status.value), Cell(" ".join(result.review))),
                *(cells.get(name, EMPTY) for name in self._names),
            ]
        elif not readings:
            cells = {"file": file, "page": page, "form": form, "status": Cell(result.status.value)}
            cells |= dict.fromkeys([RECORD] * self._recorded, record[0] if record else EMPTY)
            yield [cells.get(name, EMPTY) for name in self.header]
        else:
            kept = {
                (table, line.number)
                for table, lines in lines_of(readings).items()
                for line in kept_lines(lines, keep_empty=f"{table}.{LINE_COLUMN}" in self._known)
            }
            for reading in readings:
                spot = table_place(reading.field)
                if spot is None or (spot.table, spot.line) in kept:
                    yield [file, page, form, *record, Cell(reading.field), *self._spot(spot), *_field(reading)]

    def _spot(self, spot: TablePlace | None) -> list[Cell]:
        if not self._of_tables:
            return []
        if spot is None:
            return [EMPTY] * 3
        return [Cell(spot.table), Cell(str(spot.line), Kind.INTEGER), Cell(spot.column)]


def has_readings(result: PageResult) -> bool:
    """Whether the page was read; a repeat of another page has readings where it is only a possible one."""
    return result.status in (PageStatus.READ, PageStatus.DUPLICATE)


EMPTY = Cell("")


def _field(reading: Reading) -> list[Cell]:
    return [
        Cell(reading.value, reading.kind, reading),
        Cell(reading.written),
        Cell(f"{sure(reading.confidence):.4f}", Kind.DECIMAL),
        Cell(reading.status.value),
        *(Cell(str(pixels), Kind.INTEGER) for pixels in place(reading) or [""] * 4),
    ]


def sure(probability: float) -> float:
    """`probability`, or 0 where it is not a number: what is not known is not sure."""
    return float(probability) if math.isfinite(probability) else 0.0


def place(reading: Reading) -> tuple[int, int, int, int] | None:
    """The reading's box, or None where the field was not found on the page."""
    if not reading.quad or not all(math.isfinite(number) for point in reading.quad for number in point):
        return None
    return reading.box
