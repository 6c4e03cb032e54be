"""CSV: UTF-8 without a byte order mark (strict readers would take it for part of the first column's name)."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from extractor.errors import OutputError
from extractor.export.draft import Draft, telling
from extractor.export.rows import Cell, Columns
from extractor.export.sink import FieldColumn, Sink, TextFileSink
from extractor.export.table_rows import TableColumns, table_file, tables_of
from extractor.values import PageResult

# A spreadsheet runs a cell that begins so, some also after spaces, quotes or invisible characters. A semicolon begins
# a new cell where the computer's language has the comma for its decimals. Source: OWASP, "CSV Injection".
_FORMULA = re.compile(
    r"""^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[\s'"‘’“”`\x00-\x20\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠﹢﹣﹦﹫−])"""
)


def harmless(text: str) -> str:
    """`text` with an apostrophe before whatever a spreadsheet would run as a formula."""
    return _FORMULA.sub("'", text)


def plain(cell: Cell) -> str:
    """A cell as CSV holds it: a genuine number as it is, any other text made harmless."""
    return cell.text if cell.is_number else harmless(cell.text)


class _Table:
    """Rows written to an open text file."""

    def __init__(self, file: TextIO, columns: Columns | TableColumns) -> None:
        self._file = file
        self._columns = columns
        # The writer quotes a cell for the characters of its line ending: with '\n' alone, a carriage return in a
        # file name would go out bare and end the row for some readers.
        self._rows = csv.writer(self, lineterminator="\r\n")
        self._rows.writerow([harmless(name) for name in columns.header])

    def write(self, row: str) -> None:
        """Takes one whole row from the csv writer."""
        self._file.write(row.removesuffix("\r\n") + "\n")

    def add(self, result: PageResult) -> None:
        self._rows.writerows([[plain(cell) for cell in row] for row in self._columns.rows(result)])


class CsvSink(TextFileSink):
    """One row per page; the lines of a form's tables are in files of their own, which stand beside it."""

    def __init__(self, out: Path, fields: Sequence[FieldColumn], long: bool) -> None:
        super().__init__(out)
        self._columns: Columns | TableColumns = Columns(fields, long)
        self._table: _Table | None = None
        tables = {} if long else tables_of(fields)
        self._open = contextlib.ExitStack()
        self._others = [_TableSink(table_file(out, name), columns) for name, columns in tables.items()]

    def _begin(self, draft: Draft) -> None:
        super()._begin(draft)
        assert self._file is not None
        self._table = _Table(self._file, self._columns)
        for other in self._others:
            self._open.enter_context(other)

    def _add(self, result: PageResult) -> None:
        assert self._table is not None
        self._table.add(result)
        for other in self._others:
            other.write(result)

    def _end(self) -> None:
        super()._end()
        self._open.close()

    def _give_up(self) -> None:
        super()._give_up()
        for other in self._others:
            other.forget()


class _TableSink(CsvSink):
    """One row per filled line of a form's table."""

    def __init__(self, out: Path, columns: TableColumns) -> None:
        super().__init__(out, (), long=False)
        self._columns = columns

    def forget(self) -> None:
        """Leaves no draft behind where the pages were not written to their end."""
        self._close()


class StandardOutputSink(Sink):
    """CSV on standard output, page by page as it comes.

    When whoever reads it has gone (`| head`), writing raises BrokenPipeError, which ends the `with` block; the block
    itself swallows it, so that the program goes on quietly after it.
    """

    def __init__(self, fields: Sequence[FieldColumn], long: bool) -> None:
        # Standard output is one table: where forms have tables of their own, each field has its row.
        self._columns = Columns(fields, long or bool(tables_of(fields)))
        self._table: _Table | None = None
        self._gone = False

    def __enter__(self) -> Self:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        with contextlib.suppress(BrokenPipeError), self._pipe():
            self._table = _Table(sys.stdout, self._columns)
        return self

    def write(self, result: PageResult) -> None:
        if self._gone:
            raise BrokenPipeError
        if self._table is None:
            raise RuntimeError("a sink is written to inside its with block")
        with self._pipe():
            self._table.add(result)
            sys.stdout.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not self._gone:
            with contextlib.suppress(BrokenPipeError), self._pipe():
                sys.stdout.flush()
        return self._gone and kind is not None and issubclass(kind, BrokenPipeError)

    @contextlib.contextmanager
    def _pipe(self) -> Iterator[None]:
        try:
            with telling("standard output"):
                yield
        except OutputError as failure:
            self._gone = isinstance(failure.__cause__, BrokenPipeError)
            _silence()
            if self._gone:
                raise BrokenPipeError from failure
            raise


def _silence() -> None:
    """Send what is left in standard output's buffer nowhere, or Python would complain about it when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, sys.stdout.fileno())
        finally:
            os.close(nowhere)
