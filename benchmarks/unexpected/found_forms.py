"""Forms drawn at random, filled in, of which every field is known: what is found on them without a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Box
from samples.generator.answers import Answer
from samples.generator.digits import Digits
from samples.generator.filling import Hand, Picture, Writing
from samples.generator.glyph import MM
from samples.generator.plan import BLACK, BLUE, NAVY
from samples.generator.sheet import HEIGHT, WIDTH, PrintedField

WORDS = ("Ward", "Station", "Total", "Hours", "Men", "Women", "Children", "Tests", "Visits", "Spoilt", "Unused", "Sum")


@dataclass(frozen=True)
class DrawnField:
    """One field: `box`, the inside of its rulings in pixels of the sheet, `cells` of a comb (else None), which stand so
    many pixels apart (`gap`), and what is `written` in it, empty where nothing is."""

    box: Box
    cells: int | None
    written: str
    gap: float


@dataclass(frozen=True)
class DrawnForm:
    """A filled sheet, shape (height, width, 3), 300 dots an inch, and its fields."""

    picture: Picture
    fields: tuple[DrawnField, ...]


class Board:
    """A sheet while it is drawn; lengths are millimetres."""

    def __init__(self, digits: Digits, rng: np.random.Generator, grey: int, filled: float) -> None:
        shape = (round(HEIGHT / 10 * MM), round(WIDTH / 10 * MM), 3)
        self.paper: Picture = np.full(shape, 255, np.uint8)
        self.rng, self.grey, self.filled = rng, grey, filled
        self.thick = round(float(rng.uniform(0.22, 0.4)) * MM)
        hand = Hand(
            int(rng.choice(np.unique(digits.writers))),
            (BLACK, BLUE, NAVY)[int(rng.integers(3))],
            height=float(rng.uniform(4.6, 5.4)),
            pen=float(rng.uniform(0.45, 0.62)),
        )
        self.writing = Writing(hand, digits, rng)
        self.fields: list[DrawnField] = []

    def print(self, words: str, left: float, foot: float, height: float = 2.6) -> None:
        """Print with its base line at `foot`, capitals of this height."""
        at = (round(left * MM), round(foot * MM))
        cv2.putText(self.paper, words, at, cv2.FONT_HERSHEY_COMPLEX, height * MM / 21, (15,) * 3, 2, cv2.LINE_AA)

    def frame(self, left: float, top: float, width: float, height: float) -> None:
        """A rectangle to the middles of its rulings."""
        ends = [(round(x * MM), round(y * MM)) for x, y in ((left, top), (left + width, top + height))]
        cv2.rectangle(self.paper, ends[0], ends[1], (self.grey,) * 3, self.thick)

    def field(self, left: float, top: float, size: tuple[float, float], cells: int = 1, gap: float = 0.0) -> None:
        """A box, or a comb of cells of this `size`, joined or a `gap` apart; most are filled in."""
        width, height = size
        for cell in range(cells):
            self.frame(left + cell * (width + gap), top, width, height)
        whole = cells * width + (cells - 1) * gap
        written = ""
        if self.rng.random() < self.filled:
            count = int(self.rng.integers(1, cells + 1)) if cells > 1 else int(self.rng.integers(1, 4))
            text = "".join(str(d) for d in self.rng.integers(0, 10, count))
            written = text.rjust(cells, "_") if cells > 1 else text
            place = (left - gap / 2, top, whole + gap, height)
            box = tuple(round(10 * v) for v in place)
            self.writing.field(
                PrintedField("", (box[0], box[1], box[2], box[3]), cells if cells > 1 else None, ""),
                Answer(text, written),
            )
            written = text
        inside = [v * MM for v in (left, top, whole, height)]
        half = self.thick / 2
        box_ = Box(inside[0] + half, inside[1] + half, inside[2] - self.thick, inside[3] - self.thick)
        between = gap * MM + self.thick if gap else 0.0
        self.fields.append(DrawnField(box_, cells if cells > 1 else None, written, between))

    def done(self) -> DrawnForm:
        return DrawnForm(self.writing.on(self.paper), tuple(self.fields))


def drawn_form(
    layout: str, digits: Digits, rng: np.random.Generator, *, pale: int = 0, filled: float = 0.7
) -> DrawnForm:
    """A form of one of LAYOUTS, its rulings `pale` grey levels paler than black print."""
    board = Board(digits, rng, 60 + pale, filled)
    board.print("Return of figures", 18, 22, 4.0)
    for row, words in enumerate(("Please write one figure in each of the boxes below,", "in black or blue, and sign.")):
        board.print(words, 18, 32 + 6 * row)
    LAYOUTS[layout](board)
    return board.done()


def _label(board: Board) -> str:
    return str(board.rng.choice(WORDS))


def _apart(board: Board) -> None:
    """Three columns of numbers of three cells that stand apart."""
    size, gap = (float(board.rng.uniform(6, 7)), float(board.rng.uniform(7.5, 8.5))), float(board.rng.uniform(0.9, 1.8))
    for row in range(14):
        for column in range(3):
            left, top = 40 + 60 * column, 50 + 15 * row
            if column == 0:
                board.print(_label(board), 14, top + 6)
            board.field(left, top, size, 3, gap)


def _joined(board: Board) -> None:
    """A table with labels and combs of three, and two combs of five below it."""
    width, height = float(board.rng.uniform(7, 9)), float(board.rng.uniform(9, 11))
    for row in range(10):
        top = 52 + height * row
        board.frame(18, top, 120, height)
        board.print(f"{row + 1}. {_label(board)} {_label(board)}", 22, top + 6.5)
        board.field(138, top, (width, height), 3)
    for row in range(2):
        board.print(_label(board), 18, 196 + 20 * row)
        board.field(60, 189 + 20 * row, (7, 9), 5)


def _table(board: Board) -> None:
    """Six columns and ten rows of boxes, with headings and row numbers."""
    width, height = float(board.rng.uniform(22, 25)), float(board.rng.uniform(9.5, 12))
    left = [18 + 16 + width * column for column in range(6)]
    for column, x in enumerate(left):
        board.frame(x, 50, width, 9)
        board.print(WORDS[column], x + 3, 56)
    for row in range(10):
        top = 59 + height * row
        board.frame(18, top, 16, height)
        board.print(str(row + 1), 24, top + 6.5)
        for x in left:
            board.field(x, top, (width, height))


def _boxes(board: Board) -> None:
    """Boxes after their labels."""
    for row in range(9):
        for column in range(2):
            left, top = 18 + 95 * column, 50 + 22 * row
            board.print(_label(board), left, top + 7)
            board.field(left + 32, top, (45, float(board.rng.uniform(10, 13))))


LAYOUTS = {"apart": _apart, "joined": _joined, "table": _table, "boxes": _boxes}


def quads(fields: Sequence[DrawnField]) -> NDArray[np.float64]:
    """The corners of the fields, shape (n, 4, 2), in pixels of the sheet."""
    return np.array([field.box.corners for field in fields], np.float64)
