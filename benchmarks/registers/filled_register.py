"""A register as people send it: filled in by one hand or another, scanned or photographed."""

from __future__ import annotations

import cv2
import numpy as np

from benchmarks.registers.drawn_register import Register
from benchmarks.unexpected.poses import any_pose, photographed
from extractor.ink import as_gray
from extractor.values import Gray
from samples.generator.answers import Answer
from samples.generator.digits import Digits
from samples.generator.filling import Hand, Picture, Writing
from samples.generator.glyph import Ink
from samples.generator.plan import BLACK, BLUE, NAVY
from samples.generator.scanner import Scan, scan
from samples.generator.sheet import PrintedField

COPIES = 4
WAYS = 4
"""In which a hand writes each digit."""

PEOPLE = ("L. Okafor", "M. Sanders", "J. Petit", "A. Novak", "Depot", "Hill Road", "Fair", "none")


def sent_copies(register: Register, digits: Digits) -> list[Gray]:
    """What is given to `template new`: pictures, grey, of the register."""
    make = register.make
    rng = np.random.default_rng([make.seed, 2])
    blank = as_color(register.picture)
    match make.sent:
        case "drawn":
            step = (round(blank.shape[1] / 1.5), round(blank.shape[0] / 1.5))
            return [as_gray(cv2.resize(register.picture, step, interpolation=cv2.INTER_AREA))]
        case "photo":
            return [_photo(blank, rng)]
        case "scan" | "bilevel":
            return [_scan(blank, rng, bilevel=make.sent == "bilevel")]
        case "one filled":
            return [_scan(filled(register, digits, rng), rng)]
        case "photos":
            return [_photo(filled(register, digits, rng), rng) for _ in range(COPIES)]
        case _:
            return [_scan(filled(register, digits, rng), rng) for _ in range(COPIES)]


class _Pooled(Writing):
    """Writes each symbol in a few ways only: a page of hundreds is drawn in a second."""

    def __init__(self, hand: Hand, digits: Digits, rng: np.random.Generator) -> None:
        super().__init__(hand, digits, rng)
        self.pool: dict[str, list[Ink]] = {}

    def _symbol(self, symbol: str, height: float | None = None) -> Ink:
        known = self.pool.setdefault(symbol, [])
        if len(known) < WAYS:
            known.append(super()._symbol(symbol, height))
            return known[-1]
        return known[int(self.rng.integers(WAYS))]


def as_color(picture: Gray) -> Picture:
    return np.ascontiguousarray(np.repeat(picture[:, :, None], 3, 2))


def filled(register: Register, digits: Digits, rng: np.random.Generator) -> Picture:
    """The sheet filled in by one writer down to some line, shape (height, width, 3)."""
    make = register.make
    step = register.blocks[0].rows[1] - register.blocks[0].rows[0]
    hand = Hand(
        int(rng.choice(np.unique(digits.writers))),
        (BLACK, BLUE, NAVY)[int(rng.integers(3))],
        height=float(rng.uniform(0.5, 0.62)) * min(step, 8.5),
        pen=float(rng.uniform(0.35, 0.5)),
        gap=0.4,
    )
    writing = _Pooled(hand, digits, rng)
    writing.ink = np.zeros(register.picture.shape, np.float32)
    per_block = make.rows // make.blocks
    # Where what is written counts up, each sheet begins elsewhere.
    begin = int(rng.integers(1, 900))
    last = round(make.rows * min(1.0, make.filled * rng.uniform(0.9, 1.1)))
    for line in range(last):
        block = register.blocks[line // per_block]
        for number, column in enumerate(make.columns):
            box = block.box(line % per_block, number)
            text = str(begin + line) if column.holds == "counted" else written(column.holds, rng)
            if text == "":
                writing.words(str(rng.choice(PEOPLE)), box.left + 1.5, box.bottom - 0.25 * box.height)
                continue
            sides = tuple(round(10 * v) for v in box)
            place = PrintedField("", (sides[0], sides[1], sides[2], sides[3]), column.cells, "")
            writing.field(place, Answer(text, text))
    for box in register.fields:
        sides = tuple(round(10 * v) for v in box)
        text = str(rng.integers(10, 999))
        writing.field(PrintedField("", (sides[0], sides[1], sides[2], sides[3]), None, ""), Answer(text, text))
    return writing.on(as_color(register.picture))


def written(holds: str, rng: np.random.Generator) -> str:
    """What somebody writes in a column: empty for words."""
    kind, *numbers = holds.split()
    bounds = [int(number) for number in numbers]
    match kind:
        case "digits":
            return "".join(str(d) for d in rng.integers(0, 10, bounds[0]))
        case "integer":
            return str(rng.integers(bounds[0], bounds[1] + 1))
        case "amount":
            return f"{rng.integers(bounds[0], bounds[1] + 1)}.{rng.choice(('00', '50', '25', '75', '80'))}"
        case "decimal":
            return f"{rng.integers(bounds[0], bounds[1] + 1)}.{rng.integers(0, 10)}"
        case "ratio":
            return f"{rng.integers(95, 170)}/{rng.integers(55, 100)}"
    return ""


def _scan(sheet: Picture, rng: np.random.Generator, *, bilevel: bool = False) -> Gray:
    how = Scan(
        dpi=int(rng.choice((150, 200, 200, 300))),
        skew=float(rng.uniform(-2, 2)),
        margin=float(rng.choice((0.0, 4.0))),
        noise=float(rng.uniform(1, 3)),
        mode="bilevel" if bilevel else "grey",
        threshold=170,
    )
    return as_gray(scan(sheet, how, rng))


def _photo(sheet: Picture, rng: np.random.Generator) -> Gray:
    pose = any_pose(rng, table=int(rng.choice((60, 90, 150))))
    if sheet.shape[1] > sheet.shape[0]:
        pose = type(pose)(pose.corners, size=pose.size[::-1], table=pose.table)
    return photographed(sheet, pose, rng)
