"""The lines of a form's tables: how their fields are called, and which of them are filled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.values import FieldStatus, Reading

LINE_COLUMN = "line"
"""The column of a table's output that says which line of the page a row was, so that no column may be called so."""

NO_INK = "_ "
"""What is written, cell by cell or as a string, where nothing is."""


class TablePlace(NamedTuple):
    """Where a field of a table stands; `line` counts from 1."""

    table: str
    line: int
    column: str

    @property
    def field(self) -> str:
        """The field's name, such as `patients.3.fee`: no other field has points in its name."""
        return f"{self.table}.{self.line}.{self.column}"


def table_place(field: str) -> TablePlace | None:
    """Where the field of that name stands in its table; None for a field beside the tables."""
    table, point, rest = field.partition(".")
    line, second, column = rest.partition(".")
    return TablePlace(table, int(line), column) if point and second and line.isdigit() else None


def column_of(field: str) -> str:
    """The column of the output that has the field of that name: of one in a table `patients.fee`."""
    place = table_place(field)
    return field if place is None else f"{place.table}.{place.column}"


@dataclass(frozen=True)
class TableLine:
    """One line of a table, with its `readings` by their columns, in the order of these."""

    number: int
    readings: Mapping[str, Reading]

    @property
    def filled(self) -> bool:
        """Whether anything stands in it, or a person should say whether it does."""
        return not all(is_empty(reading) for reading in self.readings.values())

    @property
    def open(self) -> int:
        """How many of its fields a person should check."""
        return len(self.review)

    @property
    def review(self) -> tuple[str, ...]:
        """The columns that a person should check."""
        return tuple(name for name, one in self.readings.items() if one.status is FieldStatus.REVIEW)


def is_empty(reading: Reading) -> bool:
    """Whether nothing is in the field, or what is there is struck; also where a blank field means zero."""
    if reading.status in (FieldStatus.BLANK, FieldStatus.VOID):
        return True
    return reading.status is FieldStatus.ACCEPTED and reading.checked is None and not reading.written.strip(NO_INK)


def lines_of(readings: Iterable[Reading]) -> dict[str, list[TableLine]]:
    """The tables of a page by their names, each with its lines from the first to the last, empty ones too."""
    found: dict[str, dict[int, dict[str, Reading]]] = {}
    for reading in readings:
        if (place := table_place(reading.field)) is not None:
            found.setdefault(place.table, {}).setdefault(place.line, {})[place.column] = reading
    return {table: [TableLine(number, lines[number]) for number in sorted(lines)] for table, lines in found.items()}


def empty_fields(readings: Sequence[Reading]) -> frozenset[str]:
    """The names of the fields that stand in empty lines."""
    return frozenset(
        one.field
        for lines in lines_of(readings).values()
        for line in lines
        if not line.filled
        for one in line.readings.values()
    )


def kept_lines(lines: list[TableLine], *, keep_empty: bool) -> list[TableLine]:
    """Those of a table's `lines` that are filled; with `keep_empty` also empty ones before filled ones."""
    filled = [place for place, line in enumerate(lines) if line.filled]
    if keep_empty:
        return lines[: filled[-1] + 1] if filled else []
    return [lines[place] for place in filled]
