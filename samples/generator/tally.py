"""The design of the polling station tally: combs of joined cells, one figure in each."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import Color

from samples.generator.sheet import CELL_WIDTH, HEIGHT, WIDTH, Sheet

FORM = "polling-tally"
CANDIDATES = (
    "ASHDOWN, Margaret",
    "BERGSTRÖM, Ivar",
    "CARVALHO, Inês",
    "DIALLO, Ousmane",
    "ELLERY, Thomas",
    "FARKAS, Judit",
    "GRANT, Winifred",
    "HOLLIS, Peter",
)
ABOUT = """\
The polling station tally of the samples: combs of joined cells. Written by 'python -m samples.make_forms'
from the same numbers as the form's PDF. A fifth mark, on the top edge, tells which way up the sheet lies."""
# The fifth mark stands on one edge only, so that no turn of the sheet looks like another.
MARKS = ((120, 120), (WIDTH - 120, 120), (WIDTH - 120, HEIGHT - 120), (120, HEIGHT - 120), (480, 120))
COUNT = "kind: integer, blank: zero, struck: zero, dash: zero"
OPTIONAL = "kind: integer, blank: missing, struck: zero, dash: zero"
RULES = (
    "valid = " + " + ".join(f"votes_{n}" for n in range(1, len(CANDIDATES) + 1)),
    "total = valid + invalid",
    "received = total + unused",
    "total <= registered",
    "postal <= total",
)
RIGHT = 1950


def draw(path: Path) -> Sheet:
    """The form, written to `path` as a one-page PDF."""
    sheet = Sheet.new(path, form=FORM, title="Polling station tally", ink=Color(0, 0, 0), marks=MARKS, rules=RULES)
    _head(sheet)
    _station(sheet)
    _papers(sheet)
    _votes(sheet)
    _result(sheet)
    _foot(sheet)
    sheet.finish()
    return sheet


def _head(sheet: Sheet) -> None:
    sheet.text(150, 265, "Polling station tally", 20, bold=True)
    sheet.text(150, 318, "One form for each ballot box. Write one figure in each cell, units on the right.", 9)
    sheet.frame(1730, 205, 220, 115)
    sheet.text(1840, 262, "FORM", 8, align="centre")
    sheet.text(1840, 304, "T-1", 13, bold=True, align="centre")


def _station(sheet: Sheet) -> None:
    sheet.section(395, "1   Polling station")
    y = 450
    _label(sheet, 150, y, "Station number")
    sheet.comb("station", 470, y, 4, "kind: digits, digits: 4")
    _label(sheet, 1210, y, "Ballot box")
    sheet.comb("ballot_box", RIGHT - 6 * CELL_WIDTH, y, 6, "kind: digits, digits: 6, check: luhn")
    y = 575
    _label(sheet, 150, y, "Date of the count")
    sheet.date(470, y)
    _label(sheet, 1210, y, "Ward")
    sheet.line(1330, y + 62, RIGHT, y + 62, dots=True)


def _papers(sheet: Sheet) -> None:
    sheet.section(770, "2   Ballot papers and voters")
    for y, left, right in (
        (820, ("Ballot papers received", "received", 4, COUNT), ("Voters on the register", "registered", 4, COUNT)),
        (935, ("Ballot papers unused", "unused", 4, COUNT), ("Votes that came by post", "postal", 4, OPTIONAL)),
    ):
        for x, edge, (words, name, cells, format_) in ((150, 900, left), (1170, RIGHT, right)):
            _label(sheet, x, y, words)
            sheet.comb(name, edge - cells * CELL_WIDTH, y, cells, format_)


def _votes(sheet: Sheet) -> None:
    sheet.section(1105, "3   Votes for each candidate")
    top, step = 1140, 105
    for n, candidate in enumerate(CANDIDATES, 1):
        y = top + (n - 1) * step + 10
        sheet.text(190, y + 55, str(n), 11, bold=True, align="centre")
        sheet.text(270, y + 55, candidate, 10.5)
        sheet.comb(f"votes_{n}", RIGHT - 3 * CELL_WIDTH, y, 3, COUNT)
        sheet.line(720, y + 57, RIGHT - 3 * CELL_WIDTH - 30, y + 57, dots=True)
    bottom = top + len(CANDIDATES) * step + 5
    sheet.line(150, bottom, RIGHT, bottom, width=3)


def _result(sheet: Sheet) -> None:
    sheet.section(2055, "4   Result")
    for k, (letter, words, name) in enumerate(
        (
            ("A", "Valid votes (sum of the eight candidates)", "valid"),
            ("B", "Invalid and empty ballot papers", "invalid"),
            ("C", "Votes cast (A + B)", "total"),
        )
    ):
        y = 2100 + k * 110
        cells = 3 if name == "invalid" else 4
        sheet.text(190, y + 55, letter, 11, bold=True, align="centre")
        sheet.text(270, y + 55, words, 10.5, bold=name == "total")
        sheet.comb(name, RIGHT - cells * CELL_WIDTH, y, cells, COUNT)


def _foot(sheet: Sheet) -> None:
    sheet.text(150, 2520, "Signed by the presiding officer and two witnesses", 9)
    for x in (150, 770, 1390):
        sheet.line(x, 2680, x + 560, 2680, dots=True)
    for x, words in ((150, "Presiding officer"), (770, "First witness"), (1390, "Second witness")):
        sheet.text(x, 2712, words, 7.5)
    sheet.text(210, 2862, "T-1 / 2025 / A4", 8)
    sheet.text(WIDTH - 210, 2862, "Keep this sheet flat: it is read by a machine.", 8, align="right")


def _label(sheet: Sheet, x: float, y: float, words: str) -> None:
    sheet.text(x, y + 56, words, 10.5)
