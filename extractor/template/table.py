"""Tables of a form: the same columns in line after line, such as a register.

A line is a row of a table, and where it crosses a column there is a field like any other, called `patients.3.fee`:
its table, its line (from 1, top to bottom) and its column. All steps that find, cut and read fields take these as they
take the others; `extractor.table_lines` makes lines of them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from extractor.table_lines import LINE_COLUMN, TablePlace
from extractor.template.model import MOST_FIELDS, BoxList, FieldContent, Name, StrictModel, TemplateField, check_name
from extractor.values import Box, Kind

MOST_TABLES = 50
"""Of a template."""


class TableRows(StrictModel):
    """Where the lines of a table are: even ones as the `first`, how many there are (`count`) and how far one begins
    below the other (`pitch`); uneven ones, or those of two blocks side by side, each with its box in `boxes`.

    The boxes are the insides of the printed lines, in template units. A box that begins further left or right than the
    first takes its columns along.
    """

    first: BoxList | None = None
    count: Annotated[int, Field(ge=1, le=MOST_FIELDS)] | None = None
    pitch: Annotated[float, Field(gt=0)] | None = None
    boxes: Annotated[tuple[BoxList, ...], Field(max_length=MOST_FIELDS)] = ()

    @model_validator(mode="after")
    def _either(self) -> TableRows:
        even = (self.first, self.count, self.pitch)
        if self.boxes and even != (None, None, None):
            raise ValueError(
                "rows are given as first, count and pitch where they are even, or else as boxes; not as both"
            )
        if not self.boxes and None in even:
            raise ValueError("rows need first, count and pitch; where they are uneven give boxes, one for each line")
        for box in self.lines:
            if box.width <= 0 or box.height <= 0:
                raise ValueError("the box of a line is [left, top, width, height] with width and height above zero")
        if self.first and self.pitch and self.pitch < self.first.height and (self.count or 0) > 1:
            raise ValueError(
                f"the pitch of {self.pitch:g} is less than the height of a line, {self.first.height:g}, so that lines "
                "would overlap; the pitch goes from the top of one line to the top of the next"
            )
        return self

    @property
    def lines(self) -> tuple[Box, ...]:
        """The box of each line, in template units, from the first to the last."""
        if self.first is None:
            return self.boxes
        box, pitch = self.first, self.pitch or 0.0
        return tuple(box._replace(top=box.top + i * pitch) for i in range(self.count or 0))


class TableColumn(FieldContent):
    """One column: what stands in it in each line, from `left`, in the first line, over `width`, in template units.

    Printed numbers of lines, and what nobody writes into, are no columns.
    """

    left: float
    width: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _free(self) -> TableColumn:
        if self.name == LINE_COLUMN:
            raise ValueError(f"name '{LINE_COLUMN}' is a column of its own; choose another")
        self._check_room(self.width)
        if self.marks is not None and self.marks.parts:
            raise ValueError("parts of marks have their own places, but a column is in every line; give it labels")
        return self


class Table(StrictModel):
    """A table: its lines, its columns, and whether an empty line is kept where filled ones follow (`keep_empty`)."""

    name: Name
    rows: TableRows
    columns: Annotated[tuple[TableColumn, ...], Field(min_length=1, max_length=MOST_FIELDS)]
    keep_empty: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Table:
        check_name(self.name)
        for name, count in Counter(column.name for column in self.columns).items():
            if count > 1:
                raise ValueError(f"two columns of table '{self.name}' are called '{name}'; give each its own name")
        first = self.rows.lines[0]
        for column in self.columns:
            if not first.left <= column.left + column.width / 2 <= first.right:
                raise ValueError(
                    f"column '{column.name}' lies beside the lines of table '{self.name}', which go from "
                    f"{first.left:g} to {first.right:g}; mend its left and width, or the box of the lines"
                )
        return self

    @property
    def count(self) -> int:
        """How many lines it has."""
        return len(self.rows.boxes) or self.rows.count or 0

    @property
    def size(self) -> int:
        """How many fields it has: lines times columns."""
        return self.count * len(self.columns)

    @property
    def output(self) -> tuple[tuple[str, Kind], ...]:
        """Names, such as `patients.fee`, and kinds of its columns. Where empty lines are kept, the number of the line
        is one of them, since it is all that such a line has."""
        line = ((f"{self.name}.{LINE_COLUMN}", Kind.INTEGER),) if self.keep_empty else ()
        return (*line, *((f"{self.name}.{column.name}", column.format.kind) for column in self.columns))

    def fields(self) -> Iterator[TemplateField]:
        """Its fields, line by line, each line from its first column to its last."""
        lines = self.rows.lines
        for number, line in enumerate(lines, start=1):
            for column in self.columns:
                yield TemplateField.model_construct(
                    name=TablePlace(self.name, number, column.name).field,
                    box=Box(column.left + line.left - lines[0].left, line.top, column.width, line.height),
                    cells=column.cells,
                    gap=column.gap,
                    alphabet=column.alphabet,
                    marks=column.marks,
                    format=column.format,
                )
