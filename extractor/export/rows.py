"""A page as rows of cells, the same for CSV and XLSX. A cell is text and the kind of thing that the text is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.errors import OutputError
from extractor.export.sink import FieldColumn
from extractor.table_lines import table_place
from extractor.values import Kind, PageResult, PageStatus, Reading

PAGE_COLUMNS = ("file", "page", "form", "status", "review")
PLACE_COLUMNS = ("left", "top", "width", "height")
FIELD_COLUMNS = ("file", "page", "form", "field", "value", "written", "confidence", "status", *PLACE_COLUMNS)
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class Cell(NamedTuple):
    """`text` as a person would write it; `reading` is given where the cell holds a field's value."""

    text: str
    kind: Kind = Kind.DIGITS
    reading: Reading | None = None

    @property
    def is_number(self) -> bool:
        """Whether the text is a number and the cell one that should hold a number."""
        return self.kind.is_number and PLAIN_NUMBER.fullmatch(self.text) is not None


class Columns:
    """The columns of a table and how a page fills them."""

    def __init__(self, fields: Sequence[FieldColumn], long: bool) -> None:
        self.long = long
        self._names = tuple(dict.fromkeys(name for name, _ in fields if "." not in name))
        self.header: tuple[str, ...] = FIELD_COLUMNS if long else PAGE_COLUMNS + self._names
        self.status = self.header.index("status")

    def rows(self, result: PageResult) -> Iterator[list[Cell]]:
        """The rows of one page: one, or with `long` one per field.

        A page that was not read gives one row in either layout, so that none goes missing silently.
        Raises OutputError where a reading has no column.
        """
        file, page, form = Cell(result.file), Cell(str(result.page), Kind.INTEGER), Cell(result.form)
        # A repeat of another page has readings where it is only a possible one.
        readings = result.readings if result.status in (PageStatus.READ, PageStatus.DUPLICATE) else ()
        if not self.long:
            beside = [reading for reading in readings if table_place(reading.field) is None]
            cells = {reading.field: Cell(reading.value, reading.kind, reading) for reading in beside}
            for name in cells.keys() - set(self._names):
                raise OutputError(
                    f"Field '{name}' of {result.file}, page {result.page}, has no column; give the templates that the "
                    "pages were read with, or write one row per field with --long."
                )
            yield [
                *(file, page, form, Cell(result.status.value), Cell(" ".join(result.review))),
                *(cells.get(name, EMPTY) for name in self._names),
            ]
        elif not readings:
            yield [file, page, form, EMPTY, EMPTY, EMPTY, EMPTY, Cell(result.status.value), *[EMPTY] * 4]
        else:
            for reading in readings:
                yield [file, page, form, *_field(reading)]


EMPTY = Cell("")


def _field(reading: Reading) -> list[Cell]:
    return [
        Cell(reading.field),
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
