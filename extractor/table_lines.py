"""The lines of a form's tables: how their fields are called."""

from __future__ import annotations

from typing import NamedTuple


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
