"""A form while it is drawn: every field goes on the paper and into the template from the same numbers.

All coordinates are tenths of a millimetre from the top left corner of an upright A4 sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import zxingcpp
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 2100, 2970
UNIT: float = A4[0] / WIDTH
"""PDF points in one tenth of a millimetre."""
MARK = 60
CELL_WIDTH, CELL_HEIGHT = 65, 85


@dataclass(frozen=True)
class PrintedMarks:
    """The bubbles of a field: what they stand for, how many answers there are side by side, how far one is from the
    next across and down, how wide each is inside its outline, and whether those of an answer lie `across`."""

    labels: str
    answers: int
    pitch: tuple[int, int]
    size: int
    across: bool

    @property
    def yaml(self) -> str:
        """As a template has it."""
        way = "" if self.across else "direction: down, "
        many = f"answers: {self.answers}, " if self.answers > 1 else ""
        labels = f"{self.labels[0]}..{self.labels[-1]}"
        return f"{{labels: {labels}, {way}{many}size: [{self.size}, {self.size}]}}"

    def place(self, box: tuple[int, int, int, int], answer: int, label: str) -> tuple[float, float]:
        """The middle of one bubble of a field in `box`."""
        one, other = (self.labels.index(label), answer) if self.across else (answer, self.labels.index(label))
        return box[0] + one * self.pitch[0] + self.size / 2, box[1] + other * self.pitch[1] + self.size / 2


@dataclass(frozen=True)
class PrintedField:
    """A field as printed: `box` is left, top, width, height to the centres of its printed lines."""

    name: str
    box: tuple[int, int, int, int]
    cells: int | None
    format: str
    marks: PrintedMarks | None = None


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a table as printed, from `left` over `width` to the centres of its printed lines."""

    name: str
    left: int
    width: int
    cells: int | None
    format: str


@dataclass(frozen=True)
class PrintedTable:
    """A table as printed: the box of its `first` line, how many there are, and how far one is from the next."""

    name: str
    first: tuple[int, int, int, int]
    count: int
    pitch: int
    columns: tuple[PrintedColumn, ...]


@dataclass
class Sheet:
    """A form being drawn. `form` is its name in the template; `ink` the grey or colour of its lines; `known_by` is
    what its template says of barcodes, if it has some."""

    form: str
    title: str
    ink: Color
    marks: Sequence[tuple[int, int]]
    rules: Sequence[str]
    canvas: Canvas
    fields: list[PrintedField] = field(default_factory=list)
    tables: list[PrintedTable] = field(default_factory=list)
    known_by: str = ""

    @classmethod
    def new(
        cls,
        path: Path,
        *,
        form: str,
        title: str,
        ink: Color,
        marks: Sequence[tuple[int, int]],
        rules: Sequence[str],
    ) -> Sheet:
        """An empty sheet that will be written to `path`, with its solid square marks."""
        canvas = Canvas(str(path), pagesize=A4, invariant=1)
        canvas.setTitle(title)
        canvas.setAuthor("The formdigits authors")
        sheet = cls(form, title, ink, marks, rules, canvas)
        for x, y in marks:
            sheet.block(x - MARK / 2, y - MARK / 2, MARK, MARK, 0.0)
        return sheet

    def block(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        """A filled rectangle without an outline."""
        self.canvas.setFillGray(grey)
        self.canvas.rect(x * UNIT, self._up(y + height), width * UNIT, height * UNIT, stroke=0, fill=1)

    def text(
        self, x: float, y: float, words: str, size: float = 10, *, bold: bool = False, align: str = "left"
    ) -> None:
        """One line of print with its baseline at `y`; `size` in points; `align` is left, right or centre."""
        self.canvas.setFillColor(self.ink)
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        put = {
            "left": self.canvas.drawString,
            "right": self.canvas.drawRightString,
            "centre": self.canvas.drawCentredString,
        }
        put[align](x * UNIT, self._up(y), words)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 2.5, dots: bool = False) -> None:
        """A line of `width` tenths of a millimetre, solid or dotted."""
        self.canvas.setStrokeColor(self.ink)
        self.canvas.setLineWidth(width * UNIT)
        self.canvas.setDash([0.6, 2.2] if dots else [])
        self.canvas.line(x1 * UNIT, self._up(y1), x2 * UNIT, self._up(y2))

    def frame(self, x: float, y: float, width: float, height: float, line: float = 3) -> None:
        """The outline of a rectangle, to the centre of its lines."""
        self.canvas.setStrokeColor(self.ink)
        self.canvas.setLineWidth(line * UNIT)
        self.canvas.setDash([])
        self.canvas.rect(x * UNIT, self._up(y + height), width * UNIT, height * UNIT, stroke=1, fill=0)

    def section(self, y: float, words: str) -> None:
        """A heading with a rule under it, across the sheet."""
        self.text(150, y, words, 11, bold=True)
        self.line(150, y + 14, 1950, y + 14, width=5)

    def comb(self, name: str, x: int, y: int, cells: int, format_: str) -> int:
        """A field of joined cells, one figure in each; returns the x of its right edge."""
        width = cells * CELL_WIDTH
        self._cells((x, y, width, CELL_HEIGHT), cells)
        self.fields.append(PrintedField(name, (x, y, width, CELL_HEIGHT), cells, format_))
        return x + width

    def date(self, x: int, y: int) -> None:
        """The combs `day`, `month` and `year` side by side, their names below them."""
        for name, cells, format_ in (
            ("day", 2, "kind: integer, min: 1, max: 31"),
            ("month", 2, "kind: integer, min: 1, max: 12"),
            ("year", 4, "kind: integer, min: 2020, max: 2039"),
        ):
            right = self.comb(name, x, y, cells, format_)
            self.text((x + right) / 2, y + CELL_HEIGHT + 28, name, 7, align="centre")
            x = right + 60

    def box(self, name: str, x: int, y: int, width: int, height: int, *, format_: str, line: float = 2.5) -> None:
        """A field that is one open box, for a number written freely."""
        self.frame(x, y, width, height, line)
        self.fields.append(PrintedField(name, (x, y, width, height), None, format_))

    def bubbles(
        self,
        name: str,
        first: tuple[int, int],
        labels: str,
        *,
        answers: int,
        pitch: tuple[int, int],
        size: int,
        format_: str,
        across: bool = False,
    ) -> None:
        """A field of bubbles with their `labels` in them, the first of which has its left top at `first`."""
        marks = PrintedMarks(labels, answers, pitch, size, across)
        columns, rows = (len(labels), answers) if across else (answers, len(labels))
        box = (*first, (columns - 1) * pitch[0] + size, (rows - 1) * pitch[1] + size)
        self.fields.append(PrintedField(name, box, None, format_, marks))
        for answer in range(answers):
            for label in labels:
                x, y = marks.place(box, answer, label)
                self.canvas.setStrokeColor(self.ink)
                self.canvas.setLineWidth(3.5 * UNIT)
                self.canvas.setDash([])
                self.canvas.circle(x * UNIT, self._up(y), (size + 3.5) / 2 * UNIT, stroke=1, fill=0)
                self.canvas.setFillGray(0.45)
                self.canvas.setFont("Helvetica", 6.5)
                self.canvas.drawCentredString(x * UNIT, self._up(y + 8), label)

    def tick(self, name: str, x: int, y: int, size: int) -> None:
        """A box to tick, `size` wide inside its outline."""
        self.frame(x - 1.5, y - 1.5, size + 3, size + 3)
        self.fields.append(PrintedField(name, (x, y, size, size), None, "kind: mark"))

    def barcode(self, name: str, x: int, y: int, side: int, *, text: str, format_: str) -> None:
        """A field with a QR code of the highest error correction, printed so many units wide."""
        code = zxingcpp.create_barcode(text, zxingcpp.QRCode, ec_level="H")
        dark = np.asarray(code.to_image(scale=1, add_quiet_zones=False)) < 128
        step = side / len(dark)
        for row, column in np.argwhere(dark):
            self.block(x + column * step, y + row * step, step + 0.2, step + 0.2, 0.0)
        around = 30
        self.fields.append(
            PrintedField(name, (x - around, y - around, side + 2 * around, side + 2 * around), None, format_)
        )

    def table(self, printed: PrintedTable) -> None:
        """The boxes and combs of a table's columns, line by line."""
        self.tables.append(printed)
        _, top, _, height = printed.first
        for number in range(1, printed.count + 1):
            y = top + (number - 1) * printed.pitch
            for column in printed.columns:
                box = (column.left, y, column.width, height)
                self._cells(box, column.cells or 1)
                name = f"{printed.name}.{number}.{column.name}"
                self.fields.append(PrintedField(name, box, column.cells, column.format))

    def _cells(self, box: tuple[int, int, int, int], count: int) -> None:
        left, top, width, height = box
        self.frame(*box)
        for k in range(1, count):
            x = left + k * width / count
            self.line(x, top, x, top + height, width=2)

    def finish(self) -> None:
        """Write the PDF."""
        self.canvas.showPage()
        self.canvas.save()

    def template(self, about: str) -> str:
        """The form's template as YAML, with `about` as its opening comment."""
        marks = ", ".join(f"[{x}, {y}]" for x, y in self.marks)
        rows = [
            *(f"# {line}" for line in about.splitlines()),
            "formdigits: 1",
            f"form: {self.form}",
            f"page: {{width: {WIDTH}, height: {HEIGHT}, dpi: 200}}  # tenths of a millimetre",
            "landmarks:",
            f"  marks: [{marks}]",
            f"  mark_size: {MARK}",
            *([f"sheet: {{{self.known_by}}}"] if self.known_by else []),
            "fields:",
        ]
        for printed in self.fields:
            if "." in printed.name:
                continue
            rows.append(f"  - name: {printed.name}")
            rows.append(f"    box: [{', '.join(str(v) for v in printed.box)}]")
            if printed.cells:
                rows.append(f"    cells: {printed.cells}")
            if printed.marks:
                rows.append(f"    marks: {printed.marks.yaml}")
            rows.append(f"    format: {{{printed.format}}}")
        for table in self.tables:
            first = ", ".join(str(v) for v in table.first)
            rows += ["tables:", f"  - name: {table.name}"]
            rows.append(f"    rows: {{first: [{first}], count: {table.count}, pitch: {table.pitch}}}")
            rows.append("    columns:")
            for column in table.columns:
                cells = f"cells: {column.cells}, " if column.cells else ""
                place = f"name: {column.name}, left: {column.left}, width: {column.width}"
                rows.append(f"      - {{{place}, {cells}format: {{{column.format}}}}}")
        rows.append("rules:")
        rows += [f"  - {rule}" for rule in self.rules]
        return "\n".join(rows) + "\n"

    def _up(self, y: float) -> float:
        return (HEIGHT - y) * UNIT
