"""Sheets of the sample forms, filled in and not yet scanned, to be spoilt in one way or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.values import Gray
from samples.generator import expenses, tally
from samples.generator.answers import Answer, Unused
from samples.generator.digits import Digits
from samples.generator.filling import Hand, Picture, Writing
from samples.generator.glyph import MM
from samples.generator.plan import BLACK, BLUE, NAVY, Sample
from samples.generator.scanner import Scan, scan
from samples.generator.sheet import PrintedField
from samples.make_pages import fill, printed

NOTHING: frozenset[str] = frozenset()
"""Where no value may be accepted: what is written is no value of the field."""


@dataclass
class Sheet:
    """One filled form. `ink` (shape (h, w), 0 to 1, 300 dpi) may be drawn on by what spoils it before it is scanned."""

    form: str
    writing: Writing
    fields: Mapping[str, PrintedField]
    answers: dict[str, Answer]
    rng: np.random.Generator

    @property
    def ink(self) -> NDArray[np.float32]:
        return self.writing.ink

    @property
    def picture(self) -> Picture:
        """The filled sheet, shape (height, width, 3)."""
        return self.writing.on(printed(self.form)[0])

    def written(self) -> list[str]:
        """The fields in which a number stands."""
        return [name for name, answer in self.answers.items() if any(c.isdigit() for c in answer.written)]

    def box(self, name: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the field in pixels of `ink`."""
        left, top, width, height = (v / 10 * MM for v in self.fields[name].box)
        return round(left), round(top), round(left + width), round(top + height)

    def extent(self, name: str) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the ink in the field."""
        left, top, right, bottom = self.box(name)
        ys, xs = np.nonzero(self.ink[top:bottom, left:right] > 0.5)
        return left + int(xs.min()), top + int(ys.min()), left + int(xs.max()) + 1, top + int(ys.max()) + 1

    def erase(self, name: str) -> None:
        """Takes the ink of the field away."""
        left, top, right, bottom = self.box(name)
        self.ink[top:bottom, left:right] = 0

    def write(self, name: str, text: str, *, right: float = 0.0, down: float = 0.0) -> None:
        """Writes `text` into the field instead, moved by millimetres."""
        self.erase(name)
        x, y, width, height = self.fields[name].box
        moved = replace(self.fields[name], box=(round(x + 10 * right), round(y + 10 * down), width, height))
        self.writing.field(moved, Answer("", text))

    def put(self, patch: NDArray[np.float32], x: float, y: float) -> None:
        """Lays ink with its top left corner at a pixel."""
        left, top = max(0, round(x)), max(0, round(y))
        under = self.ink[top : top + patch.shape[0], left : left + patch.shape[1]]
        np.maximum(under, patch[: under.shape[0], : under.shape[1]], out=under)


@dataclass(frozen=True)
class Case:
    """One page to be read, grey, shape (height, width). `right` has what may be accepted in each field of the form,
    `affected` the fields that what was done to the page concerns."""

    image: Gray
    form: str
    right: Mapping[str, frozenset[str]]
    affected: frozenset[str]


def sheets(digits: Digits, count: int, seed: int, forms: tuple[str, ...]) -> list[Sheet]:
    """`count` sheets by as many writers, the forms in turn; the same ones for the same `seed`."""
    made = []
    writers = np.unique(digits.writers).tolist()
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        form = forms[number % len(forms)]
        hand = Hand(
            int(rng.choice(writers)),
            (BLACK, BLUE, NAVY)[int(rng.integers(3))],
            height=float(rng.uniform(4.8, 5.8)),
            pen=float(rng.uniform(0.45, 0.62)),
            unused=(Unused.BLANK, Unused.BLANK, Unused.DASH)[int(rng.integers(3))],
        )
        writing, answers = fill(Sample("", 1, form, hand, Scan()), digits, rng)
        made.append(Sheet(form, writing, {f.name: f for f in printed(form)[1]}, answers, rng))
    return made


def right_values(sheet: Sheet) -> dict[str, frozenset[str]]:
    """What each field of the sheet says as it was filled in."""
    return {name: frozenset({answer.value}) for name, answer in sheet.answers.items()}


def scanned(sheet: Sheet, how: Scan | None = None) -> Gray:
    """The sheet at 200 dpi in grey, a little askew."""
    return on_glass(sheet, sheet.picture, how)


def on_glass(sheet: Sheet, picture: Picture, how: Scan | None = None) -> Gray:
    """`picture`, the sheet with something on it, as scanned."""
    how = how or Scan(skew=float(sheet.rng.uniform(-1.2, 1.2)), margin=3)
    image = scan(picture, how, sheet.rng)
    return as_gray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


OPEN, COMBS = expenses.FORM, tally.FORM
