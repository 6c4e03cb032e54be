"""A register as a printed sheet, and where its lines and columns are."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from benchmarks.data import first_page
from benchmarks.registers.register_makes import Column, Make
from extractor.values import Box, Gray
from samples.generator.glyph import DPI

MARGIN = 14.0
NUMBER_WIDE = 11.0


@dataclass(frozen=True)
class Block:
    """One block of lines, in millimetres of the sheet: the tops of its `rows` and the foot of the last, and the edges
    of each column."""

    rows: tuple[float, ...]
    columns: tuple[tuple[float, float], ...]

    def box(self, row: int, column: int) -> Box:
        left, right = self.columns[column]
        return Box(left, self.rows[row], right - left, self.rows[row + 1] - self.rows[row])


@dataclass(frozen=True)
class Register:
    """A printed sheet, grey, shape (height, width), at 300 dots an inch, with the blocks of its one table, and its
    fields above it."""

    make: Make
    picture: Gray
    blocks: tuple[Block, ...]
    fields: tuple[Box, ...]


def drawn_register(make: Make) -> Register:
    """The blank sheet of this make."""
    rng = np.random.default_rng([make.seed, 1])
    wide, high = (297.0, 210.0) if make.landscape else (210.0, 297.0)
    target = BytesIO()
    paper = _Paper(Canvas(target, pagesize=(wide * mm, high * mm), invariant=1), high, make)
    paper.text("Register of " + make.columns[0].heading.lower(), MARGIN, 20, 15)
    fields: list[Box] = []
    if make.fields:
        for x, words in ((MARGIN, "Month"), (MARGIN + 60, "Station")):
            paper.text(words, x, 30, 10)
            paper.frame(Box(x + 18, 24, 25, 8))
            fields.append(Box(x + 18, 24, 25, 8))
    else:
        paper.text("Write one number in each box; leave what you do not know empty.", MARGIN, 29, 9)
    left = MARGIN + float(rng.uniform(0, 6))
    whole = wide - 2 * MARGIN - (left - MARGIN)
    per_block = make.rows // make.blocks
    each = (whole - make.apart * (make.blocks - 1)) / make.blocks
    head = float(rng.uniform(9.5, 12)) + 5 * any(column.group for column in make.columns)
    top = 38.0
    room = high - top - head - 22 - 9 * make.total
    step = min(float(rng.uniform(6.5, 11)), room / per_block)
    blocks = [
        _block(paper, (left + number * (each + make.apart), each), (top, head, step), number)
        for number in range(make.blocks)
    ]
    paper.text("Signed", MARGIN, high - 10, 10)
    paper.line(MARGIN + 16, high - 9.5, MARGIN + 70, high - 9.5)
    paper.canvas.showPage()
    paper.canvas.save()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "register.pdf"
        file.write_bytes(target.getvalue())
        picture = first_page(file, dpi=DPI).image
    return Register(make, picture, tuple(blocks), tuple(fields))


def _block(paper: _Paper, across: tuple[float, float], heights: tuple[float, float, float], number: int) -> Block:
    make, (left, wide), (top, head, step) = paper.make, across, heights
    count = make.rows // make.blocks
    first = top + head
    rows = tuple(first + k * step for k in range(count + 1))
    start = left + NUMBER_WIDE * (make.numbers != "none")
    shares = np.cumsum([0.0, *(column.share for column in make.columns)])
    edges = [float(v) for v in start + (left + wide - start) * shares / shares[-1]]
    gap = 3.0 if make.rulings == "parted" else 0.0
    columns = tuple((a + (gap if k else 0), b) for k, (a, b) in enumerate(pairwise(edges)))
    _headings(paper, make, columns, (top, head))
    end = left + wide
    foot = rows[-1] + (8 if make.total else 0)
    if make.numbers != "none":
        if make.heads != "above":
            paper.text("No.", left + 2, first - 2.5, 8)
        for k in range(count):
            shown = k + 1 + number * count
            words = {"1": str(shown), "1.": f"{shown}.", "01": f"{shown:02d}"}[make.numbers]
            paper.text(words, left + 3, rows[k] + step / 2 + 1.2, 8.5)
    if make.total:
        paper.text("Total", left + 2, rows[-1] + 5.5, 9)
    levels = [*rows, *([foot] if make.total else [])]
    dotted = make.rulings == "dotted"
    for y in levels:
        spans = columns if make.rulings == "parted" else ((left, end),)
        for a, b in spans:
            paper.line(a, y, b, y, dotted=dotted and y not in (rows[0], levels[-1]))
    if make.heads != "above":
        paper.line(left, top, end, top)
    if make.rulings in ("level", "parted"):
        return Block(rows, columns)
    begin = first if make.heads == "above" else top
    outer = [] if make.rulings == "open" else [left, end]
    inner = edges[1:-1] + ([start] if make.numbers != "none" else [])
    grouped = {edges[k + 1] for k, (a, b) in enumerate(pairwise(make.columns)) if a.group and a.group == b.group}
    for x in [*outer, *inner]:
        high = begin + head / 2 if x in grouped else begin
        paper.line(x, high, x, foot, dotted=dotted and x in inner and make.seed % 2 == 0)
    for (a, b), column in zip(columns, make.columns, strict=True):
        for k in range(1, column.cells or 1):
            x = a + k * (b - a) / (column.cells or 1)
            for upper, lower in pairwise(rows):
                paper.line(x, upper, x, lower, thick=0.8 * make.thick)
    return Block(rows, columns)


def _headings(paper: _Paper, make: Make, columns: tuple[tuple[float, float], ...], place: tuple[float, float]) -> None:
    top, head = place
    if make.heads == "tinted":
        paper.tint(Box(columns[0][0], top, columns[-1][1] - columns[0][0], head))
    done: set[str] = set()
    for (a, b), column in zip(columns, make.columns, strict=True):
        upper = top
        if column.group:
            upper = top + head / 2
            if column.group not in done:
                done.add(column.group)
                end = max(
                    right for (_, right), one in zip(columns, make.columns, strict=True) if one.group == column.group
                )
                paper.within(column.group, a, end, upper - 1.6)
                paper.line(a, upper, end, upper)
        _heading(paper, make, column, (a, b), (upper, top + head))


def _heading(paper: _Paper, make: Make, column: Column, sides: tuple[float, float], rows: tuple[float, float]) -> None:
    a, b = sides
    # Without uprights it is the room between headings that parts columns.
    room = b - a - (4.0 if make.rulings == "level" else 1.5)
    upper, lower = rows
    lines = [column.heading]
    if paper.wide(column.heading, 9) > room and " " in column.heading:
        first, _, second = column.heading.partition(" ")
        lines = [first, second]
    size = min(9.0, *(9.0 * room / paper.wide(words, 9) for words in lines))
    foot = lower - 2.2 if len(lines) > 1 or make.heads == "above" else (upper + lower) / 2 + 1.1
    for k, words in enumerate(lines):
        y = foot - 3.6 * (len(lines) - 1 - k)
        if make.left_aligned:
            paper.text(words, a + 0.9, y, size)
        else:
            paper.within(words, a, b, y, size)


class _Paper:
    """A canvas in millimetres from the top left corner."""

    def __init__(self, canvas: Canvas, high: float, make: Make) -> None:
        self.canvas, self.high, self.make = canvas, high, make

    def wide(self, words: str, size: float) -> float:
        points: float = stringWidth(words, self.make.font, size)
        return points / float(mm)

    def text(self, words: str, x: float, y: float, size: float) -> None:
        self.canvas.setFillGray(self.make.grey / 2)
        self.canvas.setFont(self.make.font, size)
        self.canvas.drawString(x * mm, (self.high - y) * mm, words)

    def within(self, words: str, a: float, b: float, y: float, size: float = 9) -> None:
        self.text(words, (a + b - self.wide(words, size)) / 2, y, size)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, dotted: bool = False, thick: float = 0.0) -> None:
        thick = thick or self.make.thick
        self.canvas.setStrokeGray(self.make.grey)
        self.canvas.setLineWidth((max(thick, 0.3) if dotted else thick) * mm)
        self.canvas.setDash([1.0, 2.2] if dotted else [])
        self.canvas.line(x1 * mm, (self.high - y1) * mm, x2 * mm, (self.high - y2) * mm)

    def frame(self, box: Box) -> None:
        self.canvas.setStrokeGray(self.make.grey)
        self.canvas.setLineWidth(self.make.thick * mm)
        self.canvas.setDash([])
        self.canvas.rect(box.left * mm, (self.high - box.bottom) * mm, box.width * mm, box.height * mm)

    def tint(self, box: Box) -> None:
        self.canvas.setFillGray(0.85)
        self.canvas.rect(
            box.left * mm, (self.high - box.bottom) * mm, box.width * mm, box.height * mm, stroke=0, fill=1
        )
