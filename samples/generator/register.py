"""The design of the outpatient register: a table of lines, each with a comb and open boxes."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import Color

from samples.generator.sheet import CELL_WIDTH, HEIGHT, WIDTH, PrintedColumn, PrintedTable, Sheet

FORM = "outpatient-register"
LINES = 15
ABOUT = """\
The outpatient register of the samples: a table of fifteen lines, with a comb and open boxes in each. Written by
'python -m samples.make_forms' from the same numbers as the form's PDF. A fifth mark, on the left edge, tells which way
up the sheet lies."""
MARKS = ((120, 120), (WIDTH - 120, 120), (WIDTH - 120, HEIGHT - 120), (120, HEIGHT - 120), (120, 520))
AMOUNT = "kind: amount, decimals: 2"
ZERO = f"{AMOUNT}, blank: zero, dash: zero"
RULES = (
    "patients: total = fee + medicines",
    "fees = sum(patients.fee)",
    "sold = sum(patients.medicines)",
    "paid = sum(patients.total)",
    "seen = count(patients)",
    "paid = fees + sold",
)
LEFT, RIGHT = 150, 1950
TOP, HEAD, ROW = 690, 90, 98
"""Of the table: its upper edge, and how high its heading and its lines are."""

CARD, NAME, AGE, PRESSURE, FEE, MEDICINES, TOTAL = 230, 530, 735, 865, 1185, 1430, 1680
"""Left edges of the columns after the one of printed numbers."""

COLUMNS = (
    PrintedColumn("card", CARD, NAME - CARD, 5, "kind: digits, digits: 5"),
    PrintedColumn("age", AGE, PRESSURE - AGE, None, "kind: integer, min: 0, max: 110"),
    PrintedColumn("pressure", PRESSURE, FEE - PRESSURE, None, "kind: ratio"),
    PrintedColumn("fee", FEE, MEDICINES - FEE, None, AMOUNT),
    PrintedColumn("medicines", MEDICINES, TOTAL - MEDICINES, None, ZERO),
    PrintedColumn("total", TOTAL, RIGHT - TOTAL, None, AMOUNT),
)


def draw(path: Path) -> Sheet:
    """The form, written to `path` as a one-page PDF."""
    sheet = Sheet.new(path, form=FORM, title="Outpatient register", ink=Color(0.1, 0.22, 0.2), marks=MARKS, rules=RULES)
    _head(sheet)
    _totals(sheet, TOP + HEAD + LINES * ROW + 60)
    _table(sheet)
    _foot(sheet)
    sheet.finish()
    return sheet


def _head(sheet: Sheet) -> None:
    sheet.text(LEFT + 60, 265, "Outpatient register", 20, bold=True)
    sheet.text(LEFT + 60, 318, "One line for each patient. Leave a box empty where there is nothing to write.", 9)
    sheet.text(RIGHT, 265, "R-12", 13, bold=True, align="right")
    y = 400
    sheet.text(LEFT + 60, y + 56, "Facility", 10)
    sheet.comb("facility", 420, y, 5, "kind: digits, digits: 5")
    sheet.text(830, y + 56, "Name", 10)
    sheet.line(950, y + 62, RIGHT, y + 62, dots=True)
    y = 530
    sheet.text(LEFT + 60, y + 56, "Date", 10)
    sheet.date(420, y)
    sheet.text(1330, y + 56, "Sheet", 10)
    sheet.comb("sheet", RIGHT - 3 * CELL_WIDTH, y, 3, "kind: integer, min: 1, max: 999")


def _table(sheet: Sheet) -> None:
    sheet.block(LEFT, TOP, RIGHT - LEFT, HEAD, 0.92)
    edges = (LEFT, CARD, NAME, AGE, PRESSURE, FEE, MEDICINES, TOTAL, RIGHT)
    names = ("No.", "Card number", "Name", "Age", "Blood pressure", "Fee", "Medicines", "Total")
    for left, right, words in zip(edges, edges[1:], names, strict=False):
        sheet.frame(left, TOP, right - left, HEAD)
        sheet.text((left + right) / 2, TOP + 57, words, 9, bold=True, align="centre")
    y = TOP + HEAD
    for number in range(1, LINES + 1):
        sheet.frame(LEFT, y, CARD - LEFT, ROW, 2)
        sheet.text((LEFT + CARD) / 2, y + 62, str(number), 10, align="centre")
        sheet.frame(NAME, y, AGE - NAME, ROW, 2)
        y += ROW
    sheet.table(PrintedTable("patients", (CARD, TOP + HEAD, RIGHT - CARD, ROW), LINES, ROW, COLUMNS))
    sheet.line(LEFT, y, RIGHT, y, width=5)


def _totals(sheet: Sheet, y: int) -> None:
    sheet.text(LEFT + 60, y + 62, "Patients seen", 10)
    sheet.box("seen", 480, y, 200, ROW, format_="kind: integer, min: 0, max: 15")
    sheet.text(FEE - 40, y + 62, "Totals of this sheet", 10, bold=True, align="right")
    for name, left, right, format_ in (
        ("fees", FEE, MEDICINES, AMOUNT),
        ("sold", MEDICINES, TOTAL, ZERO),
        ("paid", TOTAL, RIGHT, AMOUNT),
    ):
        sheet.box(name, left, y, right - left, ROW, format_=format_)


def _foot(sheet: Sheet) -> None:
    y = 2560
    for x, words in ((LEFT + 60, "Nurse in charge"), (1090, "Cashier")):
        sheet.line(x, y + 120, x + 760, y + 120, dots=True)
        sheet.text(x, y + 152, words, 7.5)
    sheet.text(WIDTH / 2, 2862, "R-12 / A4. Take the carry-over to the next sheet.", 8, align="centre")
