"""Excel workbooks, written row by row: what to check in amber, what people checked in blue, what failed in red."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError

from extractor.errors import OutputError
from extractor.export.draft import Draft
from extractor.export.rows import Cell, Columns
from extractor.export.sink import FieldColumn, FileSink
from extractor.export.table_rows import TableColumns, tables_of
from extractor.export.xlsx_cells import (
    DocumentLink,
    Looks,
    cell_look,
    link_target,
    note,
    page_look,
    printable,
    put,
    sheet_name,
)
from extractor.export.xlsx_history import HistorySheet
from extractor.export.xlsx_origins import ORIGIN, origin_of
from extractor.export.xlsx_summary import Summary
from extractor.values import FieldStatus, PageResult

SHEET_ROWS, SHEET_COLUMNS, SHEET_LINKS = 1_048_576, 16_384, 65_530
"""Excel's limits for one sheet."""

NOTES_OF_A_KIND = 10_000
"""Notes are kept in memory until the workbook is closed, so there are this many of a kind at most."""

HEADER = {"bold": True, "bg_color": "#E7EBF0", "bottom": 1, "valign": "vcenter"}
WIDE_COLUMNS = {"file": 40, "review": 40}
NARROWEST_COLUMN, WIDEST_COLUMN = 7, 24
"""Characters that fit into a column; the wide ones have their own limit, and so has a long name."""


class XlsxSink(FileSink):
    """Sheets `readings`, `readings 2` and so on, as many as the rows need, those of each table of the form, called by
    its name, `history` where people have said anything of the fields, then `summary`. With several `forms` (their
    fields by their names) each has sheets of its own, called by its name and with its own columns; pages without a form
    are on `readings`.
    """

    def __init__(
        self, out: Path, fields: Sequence[FieldColumn], long: bool, forms: Mapping[str, Sequence[FieldColumn]] | None
    ) -> None:
        super().__init__(out)
        self._columns = Columns(fields, long)
        several = forms is not None and len(forms) > 1
        self._forms = {name: Columns(columns, long) for name, columns in (forms or {}).items()} if several else {}
        by_form = {"": fields, **(forms or {})} if several else {"": fields}
        self._lines = {} if long else {name: tables_of(columns) for name, columns in by_form.items()}
        self._folder = Path(out).absolute().parent
        self._book: Any = None
        self._sheets: dict[tuple[str, str], _Sheets] = {}
        self._notes = {"review": 0, "reason": 0}
        self._summary = Summary()

    def _begin(self, draft: Draft) -> None:
        of_tables = [table for tables in self._lines.values() for table in tables.values()]
        for columns in (*(self._forms.values() or [self._columns]), *of_tables):
            if len(columns.header) > SHEET_COLUMNS:
                raise OutputError(
                    f"{self._out} would need {len(columns.header):,} columns and Excel has room for "
                    f"{SHEET_COLUMNS:,}; write a .csv file, or one row per field with --long."
                )
        options = {"constant_memory": True, "tmpdir": os.fspath(draft.folder), "use_zip64": True}
        self._book = xlsxwriter.Workbook(os.fspath(draft.path), options)
        self._looks = Looks(self._book)
        self._history = HistorySheet(self._book, self._looks)
        if not self._forms:
            self._begin_form("")

    def _add(self, result: PageResult) -> None:
        form = result.form if result.form in self._forms else ""
        if (form, "") not in self._sheets:
            self._begin_form(form)
        for name in ("", *(self._lines.get(form, ()) if form or not self._forms else ())):
            self._sheets[form, name].add(result)
        self._history.add(result)
        self._summary.add(result)

    def _begin_form(self, form: str) -> None:
        """Makes the sheets of a form and its tables; those of pages without a form by the empty name."""
        self._new_sheets(form, "", form or "readings", self._forms[form] if form else self._columns)
        if form or not self._forms:
            for name, columns in self._lines.get(form, {}).items():
                # Tables of several forms may be called alike.
                alike = sum(name in tables for own, tables in self._lines.items() if own) > 1
                self._new_sheets(form, name, f"{form} {name}" if alike else name, columns)

    def _new_sheets(self, form: str, table: str, name: str, columns: Columns | TableColumns) -> None:
        if form or table:
            name = sheet_name(name, self._book.sheetnames)
        self._sheets[form, table] = _Sheets(
            self._book, name, columns, looks=self._looks, folder=self._folder, notes=self._notes
        )

    def _end(self) -> None:
        for sheets in self._sheets.values():
            sheets.finish()
        self._summary.write(self._book.add_worksheet("summary"), self._looks)
        try:
            self._book.close()
        except XlsxFileError as error:
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error

    def _give_up(self) -> None:
        # The rows' temporary files lie in the draft's folder and go with it; they only need closing.
        for sheet in self._book.worksheets() if self._book is not None else ():
            with contextlib.suppress(OSError):
                sheet.row_data_fh.close()
        self._book = None
        self._sheets.clear()


class _Sheets:
    """Sheets `name`, `name 2` and so on with the same columns. `notes` counts those of the whole workbook."""

    def __init__(
        self,
        book: Any,
        name: str,
        columns: Columns | TableColumns,
        *,
        looks: Looks,
        folder: Path,
        notes: dict[str, int],
    ) -> None:
        self._name = name
        self._book, self._columns, self._looks, self._folder, self._notes = book, columns, looks, folder, notes
        self._sheet: Any = None
        self._sheets, self._row, self._links = 1, 0, 0
        self._widths: list[int] = []
        self._last: tuple[str, str | None] = ("", None)
        self._keyed = False
        self._new_sheet()

    def add(self, result: PageResult) -> None:
        """Writes the rows of one page."""
        look = page_look(result.status)
        if result.key and not self._keyed:
            self._keyed = True
            self._head_of_origins()
        for row in self._columns.rows(result):
            if self._row == SHEET_ROWS:
                self.finish()
                self._new_sheet()
            for column, cell in enumerate(row):
                self._write(column, cell, look)
            if self._keyed:
                self._sheet.write_string(self._row, len(row), origin_of(result.key, self._columns.header, row))
            if result.reason:
                self._note(self._columns.status, result.reason, "reason")
            self._row += 1

    def _write(self, column: int, cell: Cell, look: dict[str, Any]) -> None:
        self._widths[column] = max(self._widths[column], len(cell.text))
        if column == 0 and self._links < SHEET_LINKS and (target := self._document(cell.text)):
            link = DocumentLink(target, printable(cell.text))
            self._sheet.write_url(self._row, 0, link, self._looks(**look, font_color="#0B57D0", underline=1))
            self._links += 1
            return
        put(self._sheet, self._row, column, cell, self._looks(**look | cell_look(cell)))
        if cell.reading is not None and (cell.reading.status is FieldStatus.REVIEW or cell.reading.checked):
            self._note(column, note(cell.reading), "review")

    def _note(self, column: int, text: str, kind: str) -> None:
        if self._notes[kind] == NOTES_OF_A_KIND:
            return
        self._notes[kind] += 1
        lines = sum(1 + len(line) // 42 for line in text.split("\n"))
        box = {"author": "formdigits", "width": 260, "height": 14 + 15 * lines, "font_size": 9}
        self._sheet.write_comment(self._row, column, printable(text), box)

    def _document(self, file: str) -> str | None:
        if file != self._last[0]:
            self._last = (file, link_target(file, self._folder))
        return self._last[1]

    def _new_sheet(self) -> None:
        name, taken = self._name, {one.lower() for one in self._book.sheetnames}
        while self._sheet is not None and name.lower() in taken:
            self._sheets += 1
            name = f"{self._name} {self._sheets}"
        self._sheet = self._book.add_worksheet(name)
        # The document stays in sight while a person goes through the fields of a wide form.
        self._sheet.freeze_panes(1, 0 if self._columns.long else 1)
        self._sheet.set_row(0, 20)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})
        for column, name in enumerate(self._columns.header):
            self._sheet.write_string(0, column, name, self._looks(**HEADER))
        self._widths = [len(name) + 2 for name in self._columns.header]
        self._row, self._links = 1, 0
        if self._keyed:
            self._head_of_origins()

    def _head_of_origins(self) -> None:
        """A hidden column, which is sorted with the others, says where each row comes from. The first row is still the
        one that is being written."""
        self._sheet.write_string(0, len(self._columns.header), ORIGIN)

    def finish(self) -> None:
        """Sets what is known once all rows are there: filters, and how wide columns are."""
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns.header) - 1 + self._keyed)
        if self._keyed:
            self._sheet.set_column(len(self._columns.header), len(self._columns.header), 3, None, {"hidden": True})
        for column, (name, width) in enumerate(zip(self._columns.header, self._widths, strict=True)):
            widest = max(WIDE_COLUMNS.get(name, WIDEST_COLUMN), min(len(name) + 2, 40))
            self._sheet.set_column(column, column, min(max(width + 2, NARROWEST_COLUMN), widest))
