"""The rows as they come: each is on disk before the next sheet is looked at, and the last can be taken back."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

from extractor.errors import OutputError
from extractor.export import FieldColumn
from extractor.export.csvfile import harmless, plain
from extractor.export.draft import check_place, telling
from extractor.export.jsonfile import tree
from extractor.export.rows import Columns
from extractor.export.table_rows import tables_of
from extractor.values import PageResult

ENDINGS = (".csv", ".jsonl", ".ndjson")


class RowFile:
    """Rows appended to `out` (.csv, .jsonl or .ndjson; `-` is CSV on standard output).

    A file that exists is continued if its columns are the same; `rows` counts what it holds. Used as a
    context manager. Raises OutputError: an unknown ending, other columns, a place that cannot be written to.
    """

    def __init__(self, out: str, fields: Sequence[FieldColumn], *, long: bool = False) -> None:
        self._out = out
        self._path = None if out == "-" else Path(out)
        self._csv = self._path is None or self._path.suffix.lower() == ".csv"
        self._tables = tables_of(fields)
        # One file is one table: where forms have tables of their own, each field has its row.
        self._columns = Columns(fields, long or bool(self._tables))
        self._file: IO[bytes] | None = None
        self._ends: list[int] = []
        self.rows = 0
        if self._path is not None and self._path.suffix.lower() not in ENDINGS:
            raise OutputError(
                f"The camera writes row by row: end '{out}' in .csv or .jsonl, or give - for standard output."
            )

    def __enter__(self) -> Self:
        if self._path is None:
            self._file = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
            self._write(self._line(list(self._columns.header)))
            return self
        check_place(self._path)
        with telling(self._path):
            self._file = self._path.open("r+b" if self._path.exists() else "w+b")
            content = self._file.read()
        if self._csv:
            self._go_on(content)
        else:
            self.rows = content.count(b"\n")
        if content and not content.endswith(b"\n"):
            # The last line was cut off: the machine stopped while it was written.
            self._write(b"\n")
        return self

    def _go_on(self, content: bytes) -> None:
        header = [harmless(name) for name in self._columns.header]
        if not content:
            self._write(self._line(header))
            return
        rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"))))
        if rows[0] != header:
            assert self._file is not None
            self._file.close()
            raise OutputError(f"{self._out} has other columns than these forms give; give -o another name.")
        self.rows = len(rows) - 1

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    @property
    def can_undo(self) -> bool:
        """Whether a row written now can be taken back: not once it is on standard output."""
        return self._path is not None

    def write(self, row: PageResult) -> None:
        """Adds one row, which is on disk when this returns."""
        if self._csv:
            text = b"".join(self._line([plain(cell) for cell in cells]) for cells in self._columns.rows(row))
        else:
            text = (
                json.dumps(tree(row, self._tables), ensure_ascii=False, allow_nan=False).encode(
                    "utf-8", "backslashreplace"
                )
                + b"\n"
            )
        end = self._write(text)
        self._ends.append(end - len(text))
        self.rows += 1

    def undo(self) -> None:
        """Takes back the last row written by this object; nothing where there is none."""
        if not self._ends or self._path is None:
            return
        assert self._file is not None
        with telling(self._path):
            self._file.truncate(self._ends.pop())
            os.fsync(self._file.fileno())
        self.rows -= 1

    def _write(self, text: bytes) -> int:
        """Adds `text` at the end, and says where the end is then."""
        assert self._file is not None
        with telling(self._out if self._path is not None else "standard output"):
            if self._path is None:
                self._file.write(text)
                return 0
            self._file.seek(0, os.SEEK_END)
            self._file.write(text)
            self._file.flush()
            os.fsync(self._file.fileno())
            return self._file.tell()

    @staticmethod
    def _line(cells: list[str]) -> bytes:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        return line.getvalue().encode("utf-8", "backslashreplace")
