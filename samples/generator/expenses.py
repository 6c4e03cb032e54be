"""The design of the time and expense sheet: open boxes without cells, numbers written freely."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import Color

from samples.generator.sheet import HEIGHT, WIDTH, Sheet

FORM = "time-expenses"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ABOUT = """\
The time and expense sheet of the samples: open boxes, numbers written freely. Written by
'python -m samples.make_forms' from the same numbers as the form's PDF. The mark at the bottom right stands inward,
which tells which way up the sheet lies."""
MARKS = ((120, 120), (WIDTH - 120, 120), (WIDTH - 420, HEIGHT - 120), (120, HEIGHT - 120))
ALLOWANCE = "0.45"
"""Paid for each kilometre; printed on the form and part of its arithmetic."""
HOURS = "kind: decimal, decimals: 1, max: {}, blank: zero, dash: zero"
KILOMETRES = "kind: integer, digits: 1-{}, blank: zero, dash: zero"
AMOUNT = "kind: amount, decimals: 2, blank: zero, dash: zero"
RULES = (
    "hours_total = " + " + ".join(f"hours_{n}" for n in range(1, len(DAYS) + 1)),
    "km_total = " + " + ".join(f"km_{n}" for n in range(1, len(DAYS) + 1)),
    "amount_total = " + " + ".join(f"amount_{n}" for n in range(1, len(DAYS) + 1)),
    f"allowance = {ALLOWANCE} * km_total",
    "to_pay = amount_total + allowance - advance",
)
# Left edges of the table's columns, and its right edge.
DAY, WHAT, HOURS_X, KM_X, AMOUNT_X, RIGHT = 150, 400, 1060, 1300, 1560, 1950
ROW = 110


def draw(path: Path) -> Sheet:
    """The form, written to `path` as a one-page PDF."""
    sheet = Sheet.new(
        path, form=FORM, title="Time and expense sheet", ink=Color(0.16, 0.2, 0.3), marks=MARKS, rules=RULES
    )
    _head(sheet)
    bottom = _table(sheet, 650)
    _payment(sheet, bottom + 90)
    _foot(sheet)
    sheet.finish()
    return sheet


def _head(sheet: Sheet) -> None:
    sheet.text(150, 265, "Time and expense sheet", 20, bold=True)
    sheet.text(
        150, 318, "Hours to one decimal (7.5), money to two (12.50). Leave a box empty where there is nothing.", 9
    )
    sheet.text(RIGHT, 265, "E-7", 13, bold=True, align="right")
    y = 400
    sheet.text(150, y + 68, "Name", 10)
    sheet.line(270, y + 74, 860, y + 74, dots=True)
    sheet.text(930, y + 68, "Employee no.", 10)
    sheet.box("employee", 1165, y, 785, ROW, format_="kind: digits, digits: 6")
    y = 535
    sheet.text(150, y + 68, "Department", 10)
    sheet.line(370, y + 74, 860, y + 74, dots=True)
    sheet.text(930, y + 68, "Week", 10)
    sheet.box("week", 1165, y, 220, ROW, format_="kind: integer, digits: 1-2, min: 1, max: 53")
    sheet.text(1450, y + 68, "Year", 10)
    sheet.box("year", 1560, y, 390, ROW, format_="kind: integer, digits: 4, min: 2020, max: 2039")


def _table(sheet: Sheet, top: int) -> int:
    """The table of days, from `top`; returns the y of its lower edge."""
    top += 30
    sheet.block(DAY, top, RIGHT - DAY, 70, 0.9)
    for x, right, words in (
        (DAY, WHAT, "Day"),
        (WHAT, HOURS_X, "Place and purpose"),
        (HOURS_X, KM_X, "Hours"),
        (KM_X, AMOUNT_X, "Kilometres"),
        (AMOUNT_X, RIGHT, "Expenses (receipts)"),
    ):
        sheet.text((x + right) / 2, top + 47, words, 9, bold=True, align="centre")
        sheet.frame(x, top, right - x, 70)
    y = top + 70
    for n, day in enumerate(DAYS, 1):
        sheet.frame(DAY, y, WHAT - DAY, ROW)
        sheet.text(DAY + 25, y + 68, day, 10)
        sheet.line(WHAT + 25, y + 80, HOURS_X - 25, y + 80, dots=True)
        _numbers(sheet, str(n), y, ("24", "3"))
        y += ROW
    sheet.line(DAY, y, RIGHT, y, width=5)
    y += 15
    sheet.text(HOURS_X - 30, y + 70, "Totals of the week", 10, bold=True, align="right")
    _numbers(sheet, "total", y, ("144", "4"))
    return y + ROW


def _numbers(sheet: Sheet, row: str, y: int, limits: tuple[str, str]) -> None:
    hours, kilometres = limits
    sheet.box(f"hours_{row}", HOURS_X, y, KM_X - HOURS_X, ROW, format_=HOURS.format(hours))
    sheet.box(f"km_{row}", KM_X, y, AMOUNT_X - KM_X, ROW, format_=KILOMETRES.format(kilometres))
    sheet.box(f"amount_{row}", AMOUNT_X, y, RIGHT - AMOUNT_X, ROW, format_=AMOUNT)


def _payment(sheet: Sheet, top: int) -> None:
    sheet.section(top, "Payment")
    for k, (words, name) in enumerate(
        (
            (f"Kilometres at {ALLOWANCE} each", "allowance"),
            ("Less advance received", "advance"),
            ("To be paid (expenses + kilometres - advance)", "to_pay"),
        )
    ):
        y = top + 50 + k * 140
        sheet.text(AMOUNT_X - 40, y + 68, words, 10, bold=name == "to_pay", align="right")
        sheet.box(name, AMOUNT_X, y, RIGHT - AMOUNT_X, ROW, format_=AMOUNT, line=4 if name == "to_pay" else 2.5)


def _foot(sheet: Sheet) -> None:
    y = 2330
    sheet.text(150, y, "I declare that these hours were worked and that these expenses were made on duty.", 9)
    for x, words in ((150, "Date and signature of the employee"), (1090, "Checked and approved by")):
        sheet.line(x, y + 200, x + 760, y + 200, dots=True)
        sheet.text(x, y + 232, words, 7.5)
    sheet.text(210, 2862, "E-7 / 2025 / A4", 8)
    sheet.text(1560, 2862, "Send with receipts to the accounts office.", 8, align="right")
