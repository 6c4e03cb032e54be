"""The sheet of a workbook that says who changed what: one row for everything that a person said of a field."""

from __future__ import annotations

from typing import Any

from extractor.export.xlsx_cells import Looks, printable
from extractor.values import PageResult

HISTORY_COLUMNS = ("file", "page", "form", "field", "by", "at", "how", "from", "from status", "to", "to status")
HISTORY_WIDTHS = (40, 6, 18, 18, 18, 21, 8, 14, 12, 14, 12)
HISTORY_ROWS = 1_048_574
"""Changes that the sheet has room for below its heading; the row after them says that there are more."""

NO_ROOM = "There is no room for more in a sheet; later changes are in the JSON."


class HistorySheet:
    """Made when there is the first change to write, so that a workbook without any has no such sheet."""

    def __init__(self, book: Any, looks: Looks) -> None:
        self._book, self._looks = book, looks
        self._sheet: Any = None
        self._row = 0

    def add(self, result: PageResult) -> None:
        """Writes what people have said of the page's fields."""
        for reading in result.readings:
            for one in reading.history:
                if self._row >= HISTORY_ROWS:
                    self._sheet.write_string(self._row + 1, 0, NO_ROOM)
                    return
                place = (result.file, result.page, result.form, reading.field)
                self._write(*place, one.by, one.at, one.kind, one.was, one.was_status, one.value, one.status)

    def _write(self, *cells: str | int) -> None:
        if self._sheet is None:
            self._begin()
        self._row += 1
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self._sheet.write_number(self._row, column, cell)
            elif cell:
                self._sheet.write_string(self._row, column, printable(str(cell)))

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet("history")
        self._sheet.freeze_panes(1, 0)
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        head = self._looks(bold=True, bg_color="#E7EBF0", bottom=1)
        for column, (name, width) in enumerate(zip(HISTORY_COLUMNS, HISTORY_WIDTHS, strict=True)):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, name, head)
