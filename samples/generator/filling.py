"""A form filled in by one hand: the ink of every field, and some words and a signature that are no fields."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.generator import exam, expenses, glyph, register, tally
from samples.generator.answers import Answer, Unused
from samples.generator.digits import Digits
from samples.generator.glyph import MM, Ink, Shape
from samples.generator.sheet import HEIGHT, WIDTH, PrintedField

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Hand:
    """One writer and their pen.

    `writer` is an MNIST writer; `colour` red, green and blue of the ink; `height` and `pen` (stroke width) are
    millimetres; `faint` is 0 for full ink to 1 for none; `gap` is the space between digits written freely, in
    millimetres, and may be below zero; `careless` makes digits wander and touch the lines, 0 to 1.
    """

    writer: int
    colour: tuple[int, int, int] = (28, 40, 120)
    height: float = 5.2
    pen: float = 0.5
    unused: Unused = Unused.BLANK
    comma: bool = False
    gap: float = 0.8
    careless: float = 0.3
    faint: float = 0.0
    grain: float = 0.1


class Writing:
    """The ink on one sheet while it is being written, one pixel to 1/300 inch."""

    def __init__(self, hand: Hand, digits: Digits, rng: np.random.Generator) -> None:
        self.hand, self.digits, self.rng = hand, digits, rng
        self.ink: Ink = np.zeros((round(HEIGHT / 10 * MM), round(WIDTH / 10 * MM)), np.float32)

    def field(self, printed: PrintedField, answer: Answer) -> None:
        """Write `answer` in its field."""
        left, top, width, height = (v / 10 for v in printed.box)
        if printed.marks:
            for place, label in enumerate(answer.written):
                if label != "_":
                    x, y = printed.marks.place(printed.box, place, label)
                    self._fill(x / 10, y / 10, printed.marks.size / 10)
        elif printed.format == "kind: mark":
            if answer.written != "_":
                self._tick(left + width / 2, top + height / 2, width)
        elif "barcode" in printed.format:
            return
        elif printed.cells:
            step = width / printed.cells
            for k, symbol in enumerate(answer.written):
                if symbol != "_":
                    self._in_cell(symbol, left + (k + 0.5) * step, top + height / 2)
        elif answer.written == "-":
            middle = left + width * self.rng.uniform(0.35, 0.6)
            self._put(self._symbol("-"), middle, top + height * self.rng.uniform(0.45, 0.6))
        elif answer.written:
            self._freely(answer.written, left, top, width, height)

    def words(self, text: str, left: float, baseline: float) -> None:
        """A few words, or a flourish where `text` is empty, on a dotted line; millimetres."""
        hand, rng = self.hand, self.rng
        if text:
            patch = glyph.words(text, 3.1 * rng.uniform(0.9, 1.1), 0.62 * hand.pen, rng.uniform(0.05, 0.3), rng)
        else:
            patch = glyph.signature(rng.uniform(26, 38), hand.pen, rng)
        height, width = (side / MM for side in patch.shape)
        self._put(patch, left + width / 2, baseline - height / 2 + rng.uniform(0.2, 0.8))

    def on(self, paper: Picture) -> Picture:
        """The sheet `paper`, shape (height, width, 3), with this ink on it."""
        hand, rng = self.hand, self.rng
        h, w = self.ink.shape
        uneven = cv2.resize(
            rng.standard_normal((h // 40, w // 40)).astype(np.float32), (w, h), None, 0, 0, cv2.INTER_CUBIC
        )
        fine = cv2.GaussianBlur(rng.standard_normal((h, w), np.float32), (0, 0), 1.0) * 3
        cover = self.ink * np.clip(1 - hand.faint - 0.06 * uneven - hand.grain * np.abs(fine), 0, 1)
        out = paper.astype(np.float32)
        ys, xs = np.nonzero(cover > 0)
        part = cover[ys, xs, None]
        # Ink lies over print and lets it through a little.
        out[ys, xs] = out[ys, xs] * (1 - part) + np.minimum(out[ys, xs], hand.colour) * part
        return out.round().astype(np.uint8)

    def _fill(self, x: float, y: float, wide: float) -> None:
        """Fill a bubble so many millimetres wide with its middle at `x`, `y`, to and fro."""
        rng, half = self.rng, 0.42 * wide
        lines, down, side = [], -half, 1.0
        while down < half:
            reach = float(np.sqrt(max(0.05, half * half - down * down))) * rng.uniform(0.85, 1.08)
            lines += [(half - side * reach, half + down), (half + side * reach, half + down)]
            down, side = down + self.hand.pen * rng.uniform(0.6, 1.0), -side
        off = rng.normal(0, 0.15, 2)
        self._put(glyph.strokes([lines], self.hand.pen, rng), x + off[0], y + off[1])

    def _tick(self, x: float, y: float, wide: float) -> None:
        """Tick a box so many millimetres wide with its middle at `x`, `y`."""
        far = self.rng.uniform(0.9, 1.4) * wide
        lines = [[(0.0, 0.55 * far), (0.3 * far, far), (far, 0.0)]]
        off = self.rng.normal(0, 0.3, 2)
        self._put(glyph.strokes(lines, self.hand.pen, self.rng), x + 0.15 * wide + off[0], y - 0.1 * wide + off[1])

    def _symbol(self, symbol: str, height: float | None = None) -> Ink:
        hand, rng = self.hand, self.rng
        pen = hand.pen * rng.normal(1, 0.06)
        match symbol:
            case "X":
                patch = glyph.cross(rng.uniform(3.2, 4.4), pen, rng)
            case "-":
                patch = glyph.dash(rng.uniform(2.4, 3.4), pen, rng)
            case ".":
                patch = glyph.point(pen, hand.comma, rng)
            case "/" | "(" | ")" | "+" | "%" | " ":
                patch = glyph.mark(symbol, height or hand.height, pen, rng)
            case _:
                row = rng.choice(self.digits.by(hand.writer, int(symbol)))
                shape = Shape(
                    (height or hand.height) * rng.normal(1, 0.05),
                    pen,
                    rng.normal(0, 0.04),
                    rng.normal(0, 2.5),
                    rng.normal(0.97, 0.05),
                )
                patch = glyph.digit(self.digits.images[row], shape, rng)
        return patch * np.float32(np.clip(rng.normal(0.95, 0.05), 0.75, 1))

    def _in_cell(self, symbol: str, x: float, y: float) -> None:
        loose = 0.35 + 1.2 * self.hand.careless
        dx, dy = self.rng.normal(0, 0.32, 2) * loose
        patch = self._symbol(symbol)
        # A digit may touch a cell line, but hardly crosses it.
        room = max(0.0, 3.35 + 0.6 * self.hand.careless - patch.shape[1] / MM / 2)
        self._put(patch, x + float(np.clip(dx, -room, room)), y + float(np.clip(dy, -1.2, 1.2)))

    def _freely(self, text: str, left: float, top: float, width: float, height: float) -> None:
        """A number along a baseline of its own, with the hand's spacing."""
        hand, rng = self.hand, self.rng
        patches = [self._symbol(symbol) for symbol in text]
        spaces = [max(-0.2, rng.normal(hand.gap, 0.25)) for _ in text]
        spaces = [0.75 * s if "." in text[k : k + 2] else s for k, s in enumerate(spaces)]
        length = sum(p.shape[1] for p in patches) / MM + sum(spaces[:-1])
        shrink = min(1.0, (width - 2.2) / length)
        if shrink < 1:
            patches = [
                np.asarray(cv2.resize(p, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.float32)
                for p in patches
            ]
            spaces = [s * shrink for s in spaces]
            length *= shrink
        x = left + 1.0 + (width - 2.0 - length) * rng.uniform(0.15, 0.85)
        tall = max(p.shape[0] for p in patches) / MM
        foot = top + height / 2 + tall / 2 + float(np.clip(rng.normal(0.2, 0.5 * (0.4 + hand.careless)), -1.6, 1.6))
        climb = rng.normal(0, 0.012)
        for symbol, patch, space in zip(text, patches, spaces, strict=True):
            h, w = (side / MM for side in patch.shape)
            drop = rng.normal(0, 0.18) - climb * (x - left)
            below = (0.55 * h if hand.comma else 0.0) if symbol == "." else 0.0
            self._put(patch, x + w / 2, foot - h / 2 + drop + below)
            x += w + space

    def _put(self, patch: Ink, x: float, y: float) -> None:
        """Lay `patch` with its middle at `x`, `y` in millimetres."""
        h, w = patch.shape
        top, left = round(y * MM - h / 2), round(x * MM - w / 2)
        under = self.ink[top : top + h, left : left + w]
        np.maximum(under, patch[: under.shape[0], : under.shape[1]], out=under)


def decorate(writing: Writing, form: str, answers: dict[str, Answer]) -> None:
    """The words and signatures that stand on the form's dotted lines."""
    rng = writing.rng

    def pick(*names: str) -> str:
        return str(rng.choice(names))

    if form == tally.FORM:
        writing.words(pick("Northfield", "St. Anne", "Harbour", "Old Mill", "Elm Park"), 136, 63.5)
        for x in (17, 80, 141)[: int(rng.integers(1, 4))]:
            writing.words("", x, 266.5)
        return
    if form in (exam.FORM, "separator"):
        if form == exam.FORM:
            writing.words("", 24, 263.5)
        return
    if form == register.FORM:
        writing.words(pick("Riverside", "Hill Road", "St. Luke", "Market Street"), 97, 45.6)
        for line in range(1, register.LINES + 1):
            if answers[f"patients.{line}.fee"].value:
                y = (register.TOP + register.HEAD + (line - 0.35) * register.ROW) / 10
                writing.words(pick("Ada", "Ben K.", "Inés", "Jo L.", "Mia T.", "Noor"), 55, y)
        writing.words("", 24, 267.5)
        return
    writing.words(pick("L. Okafor", "M. Sanders", "J. Petit", "A. Novak", "R. Lindqvist"), 29, 47.0)
    writing.words(pick("Field service", "Sales north", "Surveying", "Repairs"), 40, 60.5)
    y = 83.0
    for n in range(1, len(expenses.DAYS) + 1):
        if answers[f"km_{n}"].value != "0":
            writing.words(pick("Depot", "Client visit", "Fair, hall 4", "Site survey", "Training", "Office"), 44, y)
        y += expenses.ROW / 10
    writing.words("", 22, 252.5)
