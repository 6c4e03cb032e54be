"""The design of the examination answer sheet: a barcode, a number as bubbles, questions, boxes to tick and combs."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import Color

from samples.generator.sheet import CELL_HEIGHT, CELL_WIDTH, HEIGHT, WIDTH, Sheet

FORM = "exam-answers"
ABOUT = """\
The examination answer sheet of the samples: a barcode that says which sheet it is, a candidate's number as bubbles
and by hand, questions, boxes to tick and combs. Written by 'python -m samples.make_forms' from the same numbers as the
form's PDF. A fifth mark, on the right edge, and the barcode tell which way up the sheet lies."""
MARKS = ((120, 120), (WIDTH - 120, 120), (WIDTH - 120, HEIGHT - 120), (120, HEIGHT - 120), (WIDTH - 120, 900))
QUESTIONS, LETTERS = 30, "ABCD"
TICKS = (("left_early", "Left early"), ("extra_paper", "Extra paper used"), ("other_room", "Sat in another room"))
DIGITS = 6
"""Of a candidate's number."""

RULES = (
    "candidate = candidate_written",
    "notes = count(left_early, extra_paper, other_room)",
    f"points <= {QUESTIONS}",
)
LEFT, RIGHT = 150, 1950
BUBBLE, BOX = 42, 44
"""Width of a bubble, and of a box to tick, inside its outline."""

FORM_CODE = "X1-"
"""How the codes of this form begin."""

ROOM_CODE = "ROOM-"
"""How the codes of the pages begin that lie before the sheets of each room."""

BLANK_CODE = f"{FORM_CODE}000000"
"""The code of a form that nobody has filled in."""


def draw(path: Path, code: str = BLANK_CODE) -> Sheet:
    """The form, written to `path` as a one-page PDF, with the barcode of one sheet."""
    sheet = Sheet.new(
        path, form=FORM, title="Examination answer sheet", ink=Color(0.12, 0.12, 0.2), marks=MARKS, rules=RULES
    )
    sheet.known_by = f'code: "{FORM_CODE}*", separator: "{ROOM_CODE}*"'
    _head(sheet, code)
    _candidate(sheet)
    _questions(sheet)
    _office(sheet)
    sheet.text(
        WIDTH / 2,
        2862,
        "X-1 / A4. Fill the circle; rub out cleanly, or strike out with two strokes.",
        8,
        align="centre",
    )
    sheet.finish()
    return sheet


def draw_separator(path: Path, code: str) -> Sheet:
    """The page that lies before the sheets of one room."""
    sheet = Sheet.new(path, form="separator", title="Separator", ink=Color(0, 0, 0), marks=(), rules=())
    sheet.text(WIDTH / 2, 700, "Separator page", 24, bold=True, align="centre")
    sheet.text(WIDTH / 2, 800, "What follows is of one room, up to the next page like this.", 11, align="centre")
    sheet.barcode("record", (WIDTH - 500) // 2, 1000, 500, text=code, format_="kind: barcode")
    sheet.text(WIDTH / 2, 1620, code, 20, bold=True, align="centre")
    sheet.finish()
    return sheet


def _head(sheet: Sheet, code: str) -> None:
    sheet.text(LEFT + 60, 265, "Examination answer sheet", 20, bold=True)
    sheet.text(LEFT + 60, 330, "Fill one circle for each question. Use a dark pen or a soft pencil.", 9)
    sheet.barcode("sheet", RIGHT - 300, 190, 260, text=code, format_='kind: barcode, pattern: "X1-[0-9]{6}"')
    sheet.text(RIGHT - 170, 486, code, 7, align="centre")


def _candidate(sheet: Sheet) -> None:
    sheet.section(500, "1   Candidate number")
    sheet.text(LEFT, 566, "Write it, and fill the circles below.", 8)
    y = 590
    sheet.comb("candidate_written", LEFT, y, DIGITS, f"kind: digits, digits: {DIGITS}")
    first = LEFT + (CELL_WIDTH - BUBBLE) // 2
    sheet.bubbles(
        "candidate",
        (first, y + CELL_HEIGHT + 40),
        "0123456789",
        answers=DIGITS,
        pitch=(CELL_WIDTH, 60),
        size=BUBBLE,
        format_=f"kind: digits, digits: {DIGITS}",
    )


def _questions(sheet: Sheet) -> None:
    x, y = 800, 590
    for number in range(1, QUESTIONS + 1):
        column, row = divmod(number - 1, 15)
        left, top = x + column * 620, y + row * 76
        sheet.text(left - 30, top + 34, str(number), 9, bold=True, align="right")
        sheet.bubbles(
            f"q{number}", (left, top), LETTERS, answers=1, pitch=(92, 0), size=BUBBLE, format_="kind: mark", across=True
        )


def _office(sheet: Sheet) -> None:
    y = 1900
    sheet.section(y, "2   For the supervisor")
    for n, (name, words) in enumerate(TICKS):
        top = y + 60 + n * 80
        sheet.tick(name, LEFT, top, BOX)
        sheet.text(LEFT + BOX + 30, top + 36, words, 10)
    sheet.text(1010, y + 116, "Boxes ticked", 10)
    sheet.comb("notes", RIGHT - CELL_WIDTH, y + 60, 1, "kind: integer, max: 3, blank: zero")
    sheet.section(2270, "3   For the examiner")
    sheet.text(LEFT, 2386, "Room", 10)
    sheet.comb("room", 330, 2330, 3, "kind: digits, digits: 3")
    sheet.text(1010, 2386, "Points", 10, bold=True)
    sheet.comb("points", RIGHT - 2 * CELL_WIDTH, 2330, 2, f"kind: integer, max: {QUESTIONS}")
    sheet.line(LEFT, 2640, 910, 2640, dots=True)
    sheet.text(LEFT, 2672, "Supervisor", 7.5)
