"""Drawn sheets of bubbles and boxes to tick, marked as people mark them, scanned, photographed and copied."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from extractor.geometry import transform
from extractor.template import Format, PageSize, Template, TemplateField
from extractor.template.mark_group import Bubble, Marks
from extractor.values import Box, Floats, Gray, Kind, Points
from training.bubbles.drawn_marks import MARK_STYLES, TOOLS, Hand

WIDTH, HEIGHT = 2100, 2970
"""Of a sheet in tenths of a millimetre: A4."""

SCANS = ("scan", "photo", "copy")

SEEN = 8
"""Grey levels by which a mark darkens the picture somewhere, over 5 x 5 pixels, if a person is to see it."""


@dataclass(frozen=True)
class DrawnSheet:
    """`image` is what a scanner or camera gives of a sheet of `template`; `states` says of each bubble, by its field,
    answer and place, how it was marked: empty, marked, withdrawn, or unseen by anybody, and `kinds` with what."""

    image: Gray
    template: Template
    states: dict[tuple[str, int, int], str]
    kinds: dict[tuple[str, int, int], str]
    how: str
    matrix: Points


def drawn_sheets(count: int, seed: int, *, bubbles: int = 200) -> Iterator[DrawnSheet]:
    """`count` sheets of some `bubbles` bubbles each."""
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        yield drawn_sheet(rng, bubbles)


def drawn_sheet(rng: Generator, bubbles: int = 200) -> DrawnSheet:
    template, shapes = _layout(rng, bubbles)
    dpi = int(rng.choice((150, 200, 300)))
    scale = dpi / 254
    page = np.full((round(HEIGHT * scale), round(WIDTH * scale)), 250, np.uint8)
    _print(page, template, shapes, rng, scale)
    blank = page.copy()
    states, kinds = _mark(page, template, rng, scale)
    how = str(rng.choice(SCANS))
    again = deepcopy(rng)
    image, matrix = _taken(page, how, rng)
    matrix = matrix @ np.diag((scale, scale, 1.0))
    _forget_unseen(states, template, image, _taken(blank, how, again)[0], matrix)
    return DrawnSheet(image, template, states, kinds, f"{how} {dpi}", matrix)


def _forget_unseen(
    states: dict[tuple[str, int, int], str], template: Template, image: Gray, blank: Gray, matrix: Points
) -> None:
    """Marks that the picture `image` does not show are `unseen`: the same picture of the `blank` sheet is as dark."""
    darker = cv2.blur(blank.astype(np.float32) - image, (5, 5))
    bubbles = {field.name: field.bubbles for field in template.fields}
    for (name, answer, place), state in states.items():
        if state == "empty":
            continue
        box = bubbles[name][answer][place].box
        corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
        x, y, wide, high = cv2.boundingRect(transform(matrix, np.array(corners)).astype(np.float32))
        if darker[max(0, y) : y + high, max(0, x) : x + wide].max(initial=0.0) < SEEN:
            states[name, answer, place] = "unseen"


def _layout(rng: Generator, bubbles: int) -> tuple[Template, dict[str, str]]:
    """A form of a few blocks, and the shape of each field's bubbles."""
    fields: list[TemplateField] = []
    shapes: dict[str, str] = {}
    left, top, count, number = 150.0, 380.0, 0, 0
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
        labels = tuple(
            [("A", "B", "C", "D"), ("A", "B", "C", "D", "E"), ("yes", "no"), ("1", "2", "3", "4", "5")][
                int(rng.integers(4))
            ]
        )
        alone = rng.random() < 0.15
        labels = labels[:1] if alone else labels
        choose = "any" if rng.random() < 0.2 else "one"
        y = top
        while y + side < bottom and count < bubbles:
            box = Box(left, y, pitch * (len(labels) - 1) + wide, side)
            marks_of = None if alone else Marks(labels=labels, size=(wide, side), choose=choose)
            fields.append(TemplateField(name=f"q{number}", box=box, marks=marks_of, format=Format(kind=Kind.MARK)))
            shapes[fields[-1].name] = shape
            y, count, number = y + row, count + len(labels), number + 1
        left += pitch * len(labels) + float(rng.uniform(180, 320))
    page = PageSize(width=WIDTH, height=HEIGHT)
    return Template(formdigits=1, form="drawn", page=page, fields=tuple(fields)), shapes


def _print(page: Gray, template: Template, shapes: dict[str, str], rng: Generator, scale: float) -> None:
    """Outlines and letters of the form, and words around them."""
    grey, lettered = int(rng.integers(0, 120)), rng.random() < 0.6
    thick = max(1, round(float(rng.uniform(1.5, 4)) * scale))
    for field in template.fields:
        for answer in field.bubbles:
            for one in answer:
                _outline(page, one, shapes[field.name], scale, grey=grey, thick=thick)
                if lettered and len(one.label) == 1 and len(answer) > 1:
                    _word(page, one.label, one.box, scale, grey=grey, share=0.55)
        if field.name.startswith("q"):
            place = Box(field.box.left - 90, field.box.top, 70, field.box.height)
            _word(page, field.name[1:], place, scale, grey=grey, share=0.5)
    for _ in range(12):
        x, y = rng.uniform(100, WIDTH - 900), rng.uniform(60, 300)
        word = "".join(rng.choice(list("abcdefghijklmnoprstu "), 22))
        cv2.putText(
            page,
            word,
            (round(x * scale), round(y * scale)),
            cv2.FONT_HERSHEY_SIMPLEX,
            1.4 * scale,
            grey,
            thick,
            cv2.LINE_AA,
        )


def _outline(page: Gray, one: Bubble, shape: str, scale: float, *, grey: int, thick: int) -> None:
    box = one.box
    if shape == "square":
        low = (round(box.left * scale), round(box.top * scale))
        cv2.rectangle(page, low, (round(box.right * scale), round(box.bottom * scale)), grey, thick)
        return
    middle = (round((box.left + box.width / 2) * scale * 16), round((box.top + box.height / 2) * scale * 16))
    axes = (round(box.width / 2 * scale * 16), round(box.height / 2 * scale * 16))
    cv2.ellipse(page, middle, axes, 0, 0, 360, grey, thick, cv2.LINE_AA, 4)


def _word(page: Gray, word: str, box: Box, scale: float, *, grey: int, share: float) -> None:
    height = share * box.height * scale
    size = height / 21
    (wide, high), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    x = (box.left + box.width / 2) * scale - wide / 2
    y = (box.top + box.height / 2) * scale + high / 2
    cv2.putText(page, word, (round(x), round(y)), cv2.FONT_HERSHEY_SIMPLEX, size, grey, 1, cv2.LINE_AA)


def _mark(
    page: Gray, template: Template, rng: Generator, scale: float
) -> tuple[dict[tuple[str, int, int], str], dict[tuple[str, int, int], str]]:
    """Marks a sheet as one person does."""
    style, tool = str(rng.choice(MARK_STYLES, p=(0.4, 0.2, 0.2, 0.1, 0.1))), str(rng.choice(TOOLS, p=(0.5, 0.3, 0.2)))
    hand = Hand(style, tool, rng, scale)
    states: dict[tuple[str, int, int], str] = {}
    kinds: dict[tuple[str, int, int], str] = {}
    often = float(rng.choice((0.95, 0.6, 0.25)))
    for field in template.fields:
        for answer, bubbles in enumerate(field.bubbles):
            chosen: dict[int, str] = {}
            if rng.random() < often:
                chosen[int(rng.integers(len(bubbles)))] = "marked"
            if field.bubble_marks and field.bubble_marks.choose == "any":
                chosen.update({i: "marked" for i in range(len(bubbles)) if rng.random() < 0.2})
            elif rng.random() < 0.01 and len(bubbles) > 1:
                chosen[int(rng.integers(len(bubbles)))] = "marked"
            if rng.random() < 0.05:
                chosen.setdefault(int(rng.integers(len(bubbles))), "withdrawn")
            for place, one in enumerate(bubbles):
                key = (field.name, answer, place)
                states[key] = chosen.get(place, "empty")
                kinds[key] = "empty"
                if states[key] == "marked":
                    kinds[key] = style if rng.random() < 0.9 else str(rng.choice(MARK_STYLES))
                    hand.draw(page, one.box, kinds[key])
                elif states[key] == "withdrawn":
                    kinds[key] = "struck" if tool == "pen" or rng.random() < 0.3 else "rubbed"
                    hand.withdraw(page, one.box, kinds[key])
    return states, kinds


def _taken(page: Gray, how: str, rng: Generator) -> tuple[Gray, Points]:
    """What a scanner or a camera makes of a page, and the mapping to its pixels."""
    height, width = page.shape
    if how == "photo":
        size = (round(width * 1.25), round(height * 1.2))
        desk = np.full(size[::-1], int(rng.integers(20, 110)), np.uint8)
        corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        there = corners + (0.12 * width, 0.09 * height) + rng.uniform(-0.05, 0.05, (4, 2)) * width
        matrix = np.asarray(cv2.getPerspectiveTransform(corners, there.astype(np.float32)), np.float64)
        sheet = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=0)
        mask = cv2.warpPerspective(np.full_like(page, 255), matrix, size)
        image = np.where(mask > 127, sheet, desk).astype(np.float32)
        y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32) / max(size)
        light = 1 - rng.uniform(0, 0.35) * x - rng.uniform(0, 0.35) * y
        image = _blurred(image * light * rng.uniform(0.7, 1), float(rng.uniform(0.6, 1.4)))
        return _noisy(image, float(rng.uniform(2, 6)), rng, int(rng.integers(55, 92))), matrix
    turn = float(rng.uniform(-1.5, 1.5))
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0), (0, 0, 1)]).astype(np.float64)
    turned = cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=250)
    image = np.asarray(turned, np.float32)
    if how == "copy":
        for _ in range(int(rng.integers(1, 3))):
            image = _blurred(image, float(rng.uniform(0.5, 1.0)))
            image = np.clip((image - rng.uniform(20, 60)) * rng.uniform(1.05, 1.35), 0, 255)
            image = np.asarray(image + rng.normal(0, 3, image.shape), np.float32)
            specks = rng.random(image.shape) < 2e-4
            image[specks] = rng.uniform(0, 120, int(specks.sum()))
    image = _blurred(image, float(rng.uniform(0.3, 0.9)))
    return _noisy(image, float(rng.uniform(1, 6)), rng, int(rng.integers(70, 96))), matrix


def _blurred(image: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma), np.float32)


def _noisy(image: Floats, noise: float, rng: Generator, quality: int) -> Gray:
    rough = np.clip(image + rng.normal(0, noise, image.shape), 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", rough, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
