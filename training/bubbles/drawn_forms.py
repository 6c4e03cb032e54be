"""Drawn forms of bubbles and boxes to tick, as offices, schools and hobbyists print them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from extractor.template import Format, PageSize, Template, TemplateField
from extractor.template.mark_group import Bubble, Marks
from extractor.values import Box, Gray, Kind

WIDTH, HEIGHT = 2100, 2970
"""Of a sheet in tenths of a millimetre: A4."""

QUESTION_LABELS = (tuple("ABCD"), tuple("ABCDE"), ("yes", "no"), tuple("12345"), tuple("ABEHJLM"))
"""Of questions."""

PRINT_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)


@dataclass(frozen=True)
class DrawnForm:
    """A `template`, the shape of each field's bubbles, and how many times as large as the template says they are
    printed."""

    template: Template
    shapes: dict[str, str]
    larger: float

    def printed(self, rng: Generator, scale: float) -> Gray:
        """The blank form at `scale` pixels per unit."""
        page = np.full((round(HEIGHT * scale), round(WIDTH * scale)), 250, np.uint8)
        if rng.random() < 0.2:
            _shade(page, self.template, int(rng.integers(190, 235)), scale)
        grey, lettered = int(rng.integers(0, 150)), rng.random() < 0.7
        font, bold, share = PRINT_FONTS[int(rng.integers(3))], float(rng.uniform(1, 4.5)), float(rng.uniform(0.4, 0.65))
        thick = max(1, round(float(rng.uniform(1.5, 5)) * scale))
        framed = rng.random() < 0.25
        for field in self.template.fields:
            for answer in field.bubbles:
                for one in answer:
                    box = _larger(one, self.larger)
                    _outline(page, box, self.shapes[field.name], scale, grey=grey, thick=thick)
                    if lettered and len(one.label) == 1 and len(answer) > 1:
                        _word(page, one.label, box, scale, _Type(grey, font, bold, share))
            if framed:
                _frame(page, field.box, scale, grey, thick)
            if field.name.startswith("q"):
                place = Box(field.box.left - 100, field.box.top, 70, field.box.height)
                _word(page, field.name[1:], place, scale, _Type(grey, font, bold, 0.5))
        for _ in range(12):
            x, y = rng.uniform(100, WIDTH - 900), rng.uniform(60, 300)
            word = "".join(rng.choice(list("abcdefghijklmnoprstu "), 22))
            there = (round(x * scale), round(y * scale))
            cv2.putText(page, word, there, cv2.FONT_HERSHEY_SIMPLEX, 1.4 * scale, grey, thick, cv2.LINE_AA)
        return page


@dataclass(frozen=True)
class _Type:
    """How letters are printed: how dark, in which `font`, `bold` tenths of a millimetre thick, how high."""

    grey: int
    font: int
    bold: float
    share: float


def drawn_form(rng: Generator, bubbles: int) -> DrawnForm:
    """A form of a few blocks, some `bubbles` in all, or of few where a form has hardly any."""
    if rng.random() < 0.15:
        bubbles = max(20, bubbles // 6)
    fields: list[TemplateField] = []
    shapes: dict[str, str] = {}
    left, top, count, number = 150.0, 380.0, 0, 0
    larger = float(rng.choice((1.0, rng.uniform(0.93, 1.07), rng.uniform(0.8, 1.3)), p=(0.5, 0.35, 0.15)))
    while count < bubbles and left < WIDTH - 500:
        side = float(rng.uniform(34, 62))
        wide = side * float(rng.choice((1.0, 1.0, 1.35)))
        pitch, row = wide * float(rng.uniform(1.35, 2.0)), side * float(rng.uniform(1.3, 2.0))
        shape = str(rng.choice(("round", "round", "square")))
        bottom = HEIGHT - float(rng.uniform(200, 700))
        if rng.random() < 0.25:
            digits = int(rng.integers(4, 8))
            box = Box(left, top, pitch * (digits - 1) + wide, row * 9 + side)
            if box.right > WIDTH or box.bottom > HEIGHT:
                break
            marks = Marks(labels=tuple("0123456789"), direction="down", answers=digits, size=(wide, side))
            fields.append(
                TemplateField(name=f"n{number}", box=box, marks=marks, format=Format(digits=(digits, digits)))
            )
            shapes[fields[-1].name] = shape
            left, count, number = box.right + 220, count + 10 * digits, number + 1
            continue
        labels = QUESTION_LABELS[int(rng.choice(len(QUESTION_LABELS), p=(0.3, 0.25, 0.2, 0.2, 0.05)))]
        alone = rng.random() < 0.15
        labels = labels[:1] if alone else labels
        choose = "any" if rng.random() < 0.2 else "one"
        y = top
        while y + side < bottom and count < bubbles:
            box = Box(left, y, pitch * (len(labels) - 1) + wide, side)
            if box.right > WIDTH:
                break
            marks_of = None if alone else Marks(labels=labels, size=(wide, side), choose=choose)
            fields.append(TemplateField(name=f"q{number}", box=box, marks=marks_of, format=Format(kind=Kind.MARK)))
            shapes[fields[-1].name] = shape
            y, count, number = y + row, count + len(labels), number + 1
        left += pitch * len(labels) + float(rng.uniform(180, 320))
    page = PageSize(width=WIDTH, height=HEIGHT)
    template = Template(formdigits=1, form="drawn", page=page, fields=tuple(fields))
    return DrawnForm(template, shapes, larger)


def _larger(one: Bubble, times: float) -> Box:
    """The box of a bubble that is printed so many times as large as the template says."""
    box = one.box
    wide, high = times * box.width, times * box.height
    return Box(box.left + (box.width - wide) / 2, box.top + (box.height - high) / 2, wide, high)


def _shade(page: Gray, template: Template, grey: int, scale: float) -> None:
    """A grey stripe under each second column of bubbles."""
    for field in template.fields:
        for answer, bubbles in enumerate(field.bubbles):
            for place, one in enumerate(bubbles):
                if (answer + place if len(field.bubbles) == 1 else answer) % 2:
                    continue
                box = _larger(one, 1.5)
                low, high = (round(box.left * scale), round(box.top * scale)), (box.right * scale, box.bottom * scale)
                cv2.rectangle(page, low, (round(high[0]), round(high[1])), grey, -1)


def _frame(page: Gray, box: Box, scale: float, grey: int, thick: int) -> None:
    """A rectangle around a field."""
    away = 14
    low = (round((box.left - away) * scale), round((box.top - away) * scale))
    cv2.rectangle(page, low, (round((box.right + away) * scale), round((box.bottom + away) * scale)), grey, thick)


def _outline(page: Gray, box: Box, shape: str, scale: float, *, grey: int, thick: int) -> None:
    if shape == "square":
        low = (round(box.left * scale), round(box.top * scale))
        cv2.rectangle(page, low, (round(box.right * scale), round(box.bottom * scale)), grey, thick)
        return
    middle = (round((box.left + box.width / 2) * scale * 16), round((box.top + box.height / 2) * scale * 16))
    axes = (round(box.width / 2 * scale * 16), round(box.height / 2 * scale * 16))
    cv2.ellipse(page, middle, axes, 0, 0, 360, grey, thick, cv2.LINE_AA, 4)


def _word(page: Gray, word: str, box: Box, scale: float, how: _Type) -> None:
    size = how.share * box.height * scale / 21
    thick = max(1, round(how.bold * scale))
    (wide, high), _ = cv2.getTextSize(word, how.font, size, thick)
    x = (box.left + box.width / 2) * scale - wide / 2
    y = (box.top + box.height / 2) * scale + high / 2
    cv2.putText(page, word, (round(x), round(y)), how.font, size, how.grey, thick, cv2.LINE_AA)
