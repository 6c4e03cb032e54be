"""Where the cells of a workbook come from, kept in it, and what people have changed in such a workbook.

Each row has a hidden cell with its page's key and, for each column that holds a field, the field and the value that was
written there. So rows may be sorted, filtered and deleted, columns moved and added, and what is changed is still known.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.export.rows import Cell

ORIGIN = "formdigits"
"""The header of the hidden column."""

LONGEST_ORIGIN = 32_767
"""Characters that a cell holds."""

UNPACKED_BYTES = 300_000_000
"""A workbook that is larger when it is unpacked is not opened: what a byte of it says can take ten in memory."""

EDITS_TAKEN = 20_000
"""At once; and of what cannot be matched so much is told."""

LONGEST_EDIT, LONGEST_SHOWN = 1_000, 100
"""Characters that are taken of a cell, as no value has so many, and of a name in a sentence."""

TITLES_ABOVE = 20
"""Rows that people may have put above the header."""


@dataclass(frozen=True)
class CellEdit:
    """A cell that says something else than was written to it: `where` it stands in the workbook, the `key` of its page,
    its `field`, what it `was`, and the `text` that it is now, empty where it was emptied."""

    where: str
    key: str
    field: str
    was: str
    text: str


@dataclass(frozen=True)
class Edits:
    """What was changed in a workbook, and sentences about what in it could not be matched. `rows` have an origin."""

    edits: tuple[CellEdit, ...]
    problems: tuple[str, ...]
    rows: int


def origin_of(key: str, header: Sequence[str], row: Sequence[Cell]) -> str:
    """What the hidden cell of a row says; a row of so many fields that this has no room names its page alone."""
    fields: dict[str, Any] = {}
    for name, cell in zip(header, row, strict=True):
        if cell.reading is not None:
            fields[name] = cell.text if cell.reading.field == name else [cell.text, cell.reading.field]
    text = json.dumps([key, fields], ensure_ascii=False, separators=(",", ":"))
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= LONGEST_ORIGIN else json.dumps([key])


def edits_in(file: Path, called: str = "") -> Edits:
    """What people have changed in the workbook `file`, which they may have `called` otherwise. Raises InputError for
    what is none, or none of ours."""
    name = called or file.name
    # Imported here: it takes its time.
    import openpyxl

    try:
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_BYTES:
                raise InputError(
                    f"{name} is too large to be looked through; delete the rows in it that nobody has changed."
                )
        book = openpyxl.load_workbook(file, read_only=True)
    except InputError:
        raise
    except Exception:
        # Whatever a damaged or foreign file makes of its reader, it is no workbook.
        raise InputError(f"{name} is no workbook that can be opened; save it as .xlsx and try again.") from None
    finder = _Finder()
    try:
        for sheet in book.worksheets:
            finder.look_through(sheet)
    except InputError:
        raise
    except Exception:
        raise InputError(f"{name} is damaged; save it as .xlsx again and try once more.") from None
    finally:
        book.close()
    if not finder.rows:
        raise InputError(
            f"{name} does not say where its rows come from; change a workbook that formdigits has written, and "
            "keep its hidden column."
        )
    return Edits(tuple(finder.edits), tuple(finder.problems), finder.rows)


class _Finder:
    """Gathers what was changed, sheet by sheet."""

    def __init__(self) -> None:
        self.edits: list[CellEdit] = []
        self.problems: list[str] = []
        self.rows = 0
        self._changed: dict[tuple[str, str], CellEdit] = {}

    def look_through(self, sheet: Any) -> None:
        """Adds what was changed on one sheet."""
        columns: dict[str, int] = {}
        lost = 0
        # What an edited sheet says of its size may be wrong.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells = {cell.column: cell for cell in row if getattr(cell, "column", None) is not None}
            if not columns:
                if any(cell.value == ORIGIN for cell in cells.values()):
                    columns = self._columns(cells, sheet.title)
                elif number > TITLES_ABOVE:
                    # Neither a header nor titles above one: the sheet is none of ours.
                    return
                continue
            origin = cells.get(columns[ORIGIN])
            if origin is None or origin.value is None:
                lost += any(cell.value is not None for cell in cells.values())
                continue
            self.rows += 1
            self._compare(f"{sheet.title[:LONGEST_SHOWN]}, row {number}", str(origin.value), cells, columns)
        if lost:
            self._tell(f"{sheet.title}: rows that do not say which page they are were left out: {lost:,}.")

    def _columns(self, cells: Mapping[int, Any], sheet: str) -> dict[str, int]:
        """Where each column is, by its header."""
        names = {index: str(cell.value) for index, cell in cells.items() if cell.value is not None}
        counts = Counter(names.values())
        for name in [name for name, count in counts.items() if count > 1]:
            self._tell(f"{sheet}: two columns are called '{name}', so neither was taken; rename the new one.")
        return {name: index for index, name in names.items() if counts[name] == 1 or name == ORIGIN}

    def _compare(self, where: str, origin: str, cells: Mapping[int, Any], columns: Mapping[str, int]) -> None:
        try:
            key, fields = _origin(origin)
        except (ValueError, TypeError, AttributeError, RecursionError):
            self._tell(f"{where}: what its hidden cell says was changed, so the row was left out.")
            return
        if fields is None:
            self._tell(f"{where}: it has too many fields to be matched; export with --long.")
            return
        for name, was, field in fields:
            if name not in columns:
                continue
            cell = cells.get(columns[name])
            value = None if cell is None else cell.value
            if cell is not None and cell.data_type == "f":
                self._tell(f"{where}, {name[:LONGEST_SHOWN]}: a formula stands there; put its value in its place.")
            elif not _same(was, value):
                text = text_of(value)[:LONGEST_EDIT]
                self._take(CellEdit(f"{where}, {name[:LONGEST_SHOWN]}", key, field, was, text))

    def _take(self, edit: CellEdit) -> None:
        first = self._changed.setdefault((edit.key, edit.field), edit)
        if first.text != edit.text:
            # Each would else undo the one before it.
            self._tell(f"{edit.where}: {first.where} says something else of the same field; keep one of the two.")
            return
        self.edits.append(edit)
        if len(self.edits) > EDITS_TAKEN:
            raise InputError(f"More than {EDITS_TAKEN:,} cells were changed; bring back fewer rows at a time.")

    def _tell(self, problem: str) -> None:
        self.problems.append(problem)
        if len(self.problems) > EDITS_TAKEN:
            raise InputError(f"More than {EDITS_TAKEN:,} rows or cells cannot be matched; export the job anew.")


def _origin(origin: str) -> tuple[str, list[tuple[str, str, str]] | None]:
    """The page's key, and its fields as `_fields` gives them, None where there were too many. Raises ValueError,
    TypeError, AttributeError or RecursionError for what `origin_of` does not write."""
    if len(origin) > LONGEST_ORIGIN:
        raise ValueError(origin[:LONGEST_SHOWN])
    key, *rest = said = json.loads(origin)
    if "\\u" in origin:
        # Halves of characters can be written in JSON, but not kept or shown.
        json.dumps(said, ensure_ascii=False).encode()
    return str(key), list(_fields(rest[0])) if rest else None


def _fields(fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Column, what was written there, and field."""
    for name, said in fields.items():
        if isinstance(said, str):
            yield name, said, name
        else:
            was, field = said
            yield name, str(was), str(field)


def _same(was: str, value: Any) -> bool:
    """Whether a cell still says what was written to it: as a number, a date or a time where it is one."""
    text = text_of(value)
    if text == was:
        return True
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return Decimal(was) == Decimal(text)
        except InvalidOperation:
            return False
    return False


def text_of(value: Any) -> str:
    """What a cell holds, as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
