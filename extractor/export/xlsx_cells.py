"""Cells of a workbook: how they look, what type they have, where they lead and what they say when pointed at."""

from __future__ import annotations

import math
import os
import re
import string
from collections.abc import Iterable
from datetime import date, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.url import Url

from extractor.export.rows import Cell, sure
from extractor.values import Change, CheckKind, FieldStatus, Kind, PageStatus, Reading

AMBER, RED, BLUE = "#FFD675", "#F9DEDC", "#DCE9FB"
TEXT_LIMIT = 32_767
LINK_LIMIT = 2_000
DIGITS_HELD = 15
"""Excel keeps this many digits of a number and turns the rest to zeros, so a longer number is better left text."""

NOTED_CHANGES = 8
"""The last so many of a field's changes are in its note; the sheet of changes has all."""

LONGEST_SHEET_NAME = 26
"""Characters; Excel allows 31, of which a number takes some."""

FIRST_YEAR = 1900
"""Excel's calendar begins with it; earlier days stay text."""

_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_PLAIN_IN_LINKS = frozenset(string.ascii_letters + string.digits + "/-_.~!$&'()*+,;=@")


class Looks:
    """The formats of one workbook, each made once. Format property names are those of xlsxwriter."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties) if properties else None
        return self._made[key]


def page_look(status: PageStatus) -> dict[str, Any]:
    """How every cell in a row of a page looks, by what became of the page."""
    match status:
        case PageStatus.FAILED | PageStatus.UNMATCHED:
            return {"bg_color": RED}
        case PageStatus.DUPLICATE:
            return {"font_color": "#808080", "italic": True}
    return {}


def cell_look(cell: Cell) -> dict[str, Any]:
    """What the cell adds to the look of its row."""
    look: dict[str, Any] = {}
    if cell.reading is not None:
        if cell.reading.status is FieldStatus.REVIEW:
            look["bg_color"] = AMBER
        elif cell.reading.checked is not None:
            look["bg_color"] = BLUE
        if cell.kind in (Kind.DIGITS, Kind.RATIO):
            look["num_format"] = "@"  # a person who corrects 007 gets text again
    if cell.kind is Kind.DATE:
        look["num_format"] = "yyyy-mm-dd"
    elif cell.kind is Kind.TIME:
        look["num_format"] = "hh:mm:ss" if cell.text.count(":") > 1 else "hh:mm"
    elif cell.is_number:
        decimals = len(cell.text.partition(".")[2])
        look["num_format"] = f"0.{'0' * decimals}" if decimals else "0"
    return look


def typed(cell: Cell) -> float | date | time | str:
    """The cell's value as a spreadsheet should hold it; the text where it is no such value."""
    text = cell.text
    try:
        if cell.kind is Kind.DATE:
            day = date.fromisoformat(text)
            return day if day.year >= FIRST_YEAR and day.isoformat() == text else text
        if cell.kind is Kind.TIME and _TIME.fullmatch(text):
            return time.fromisoformat(text)
    except ValueError:
        return text
    if cell.is_number and len(text.lstrip("-0.").replace(".", "")) <= DIGITS_HELD:
        return float(text)
    return text


def put(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell, look: Any) -> None:
    """Write a cell by its type. Text is never looked at, so nothing in it is taken for a formula or a link."""
    match typed(cell):
        case "":
            if look is not None:
                sheet.write_blank(row, column, None, look)
        case str() as text:
            sheet.write_string(row, column, printable(text), look)
        case float() as number:
            sheet.write_number(row, column, number, look)
        case moment:
            sheet.write_datetime(row, column, moment, look)


def sheet_name(text: str, taken: Iterable[str]) -> str:
    """`text` as the name of a sheet, with room for a number behind it: without the signs that Excel forbids there, and
    another than those that are `taken`."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", printable(text)).strip(" '")[:LONGEST_SHEET_NAME].strip() or "form"
    lower = {one.lower() for one in (*taken, "readings", "history", "summary")}
    name, number = plain, 2
    while name.lower() in lower:
        name, number = f"{plain[: LONGEST_SHEET_NAME - 4]} ({number})", number + 1
    return name


def printable(text: str) -> str:
    """`text` as a workbook can hold it: valid UTF-8, and no longer than a cell."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= TEXT_LIMIT // 2 else text[: TEXT_LIMIT // 2 - 1] + "…"


class DocumentLink(Url):  # type: ignore[misc]
    """A link to a file, from the workbook's folder. xlsxwriter would write it with backslashes, which only Windows
    follows; slashes work everywhere."""

    def __init__(self, target: str, text: str) -> None:
        super().__init__("external:" + target)
        self._slashed = target
        self.text = text

    def _target(self) -> str:
        return self._slashed


def link_target(file: str, folder: Path) -> str | None:
    """The way from the workbook's `folder` to the document `file` as a link; None where there is none to give."""
    try:
        document = Path(file)
        if not document.is_file():
            return None
        # The folders are taken as they really lie: '..' leads elsewhere behind a symbolic link.
        path = os.path.relpath(Path(os.path.realpath(document.parent)) / document.name, os.path.realpath(folder))
        target = "".join(_in_link(character) for character in path.replace(os.sep, "/"))
    except (OSError, ValueError):
        return None
    return target if len(target) <= LINK_LIMIT else None


def _in_link(character: str) -> str:
    # Letters beyond ASCII stay as they are, as Excel writes them: it does not read %C3%A9 as é everywhere.
    if character in _PLAIN_IN_LINKS or (character >= "\u00a0" and character.isprintable()):
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def said(change: Change) -> str:
    """What a person said of a field, in short: from what to what."""
    names = {FieldStatus.BLANK: "blank", FieldStatus.VOID: "struck out"}
    was, now = (
        value or names.get(status, "nothing")
        for value, status in ((change.was, change.was_status), (change.value, change.status))
    )
    kind = "took it back: " if change.kind is CheckKind.UNDO else ""
    return f"{kind}{was} is right" if was == now and not kind else f"{kind}{was} → {now}"


def note(reading: Reading) -> str:
    """What a person who checks the field wants to know, or who has it from whom."""
    if (checked := reading.checked) is not None:
        day, hour = checked.at[:10], checked.at[11:16]
        lines = [f"Checked by {' and '.join(checked.by)}, {day} {hour} UTC"]
        if checked.was != reading.value or checked.kind is not CheckKind.ACCEPT:
            lines.append(f"Read before: {checked.was or 'nothing'}")
        if len(reading.history) > 1:
            lines += [f"{one.at[:10]} {one.by}: {said(one)}" for one in reading.history[-NOTED_CHANGES:]]
        return "\n".join(lines)
    lines = [f"{percent(reading.confidence)} sure"]
    if reading.written and reading.written != reading.value:
        lines.append(f"The ink says: {reading.written}")
    if others := [a for a in reading.alternatives if a.value != reading.value][:2]:
        lines.append("Or: " + ", ".join(f"{a.value or 'blank'} ({percent(a.probability)})" for a in others))
    lines += [f"Breaks: {rule}" for rule in reading.rules]
    lines += reading.notes
    return "\n".join(lines)


def percent(probability: float) -> str:
    """Rounded down, so that only what is certain is shown as 100 %."""
    return f"{math.floor(sure(probability) * 1000) / 10:.1f} %"
