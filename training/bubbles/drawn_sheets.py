"""Drawn sheets of bubbles and boxes to tick, marked as people mark them, scanned, photographed and copied."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from extractor.geometry import transform
from extractor.template import Template, TemplateField
from extractor.values import Box, Floats, Gray, Points
from training.bubbles.drawn_forms import drawn_form
from training.bubbles.drawn_marks import MARK_STYLES, TOOLS, Hand

RESOLUTIONS, COARSE = (150, 200, 300), (100, 150, 200)
"""Dots per inch: as forms should be scanned, and as they are also sent."""

SCANS = ("scan", "photo", "copy")

WITHDRAWN = (0.05, 0.08)
"""Share of the answers in which a mark was taken back, and on hard sheets."""

WHOLE_NUMBERS = 0.96
"""Share of the numbers that somebody has given, and of those that are given with none of their digits left out."""

SEEN, WHITE = 12, 190
"""Grey levels by which a mark darkens the picture somewhere, over 5 x 5 pixels, if a person is to see it; and the share
of 255 that paper is as bright as at least: on print nobody sees a pale mark."""


BEYOND, RIM = 0.25, 0.1
"""Of a bubble's width and height, how far beyond it a stroke is looked for that strikes it out; and of the width of
what is looked at its rims on the left and on the right, where strokes leave it."""


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


def drawn_sheets(count: int, seed: int, *, bubbles: int = 200, hard: bool = False) -> Iterator[DrawnSheet]:
    """`count` sheets of some `bubbles` bubbles each, at 150 to 300 dpi; `hard`: at 100 to 200, with more taken back."""
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        yield drawn_sheet(rng, bubbles, hard=hard)


def drawn_sheet(rng: Generator, bubbles: int = 200, *, hard: bool = False) -> DrawnSheet:
    form = drawn_form(rng, bubbles)
    template = form.template
    dpi = int(rng.choice(COARSE if hard else RESOLUTIONS))
    scale = dpi / 254
    page = form.printed(rng, scale)
    blank = page.copy()
    states, kinds = _mark(page, template, rng, scale, WITHDRAWN[hard])
    how = str(rng.choice(SCANS))
    again = deepcopy(rng)
    image, matrix = _taken(page, how, rng)
    matrix = matrix @ np.diag((scale, scale, 1.0))
    _forget_unseen(states, kinds, template, (image, _taken(blank, how, again)[0]), matrix)
    return DrawnSheet(image, template, states, kinds, f"{how} {dpi}", matrix)


def _forget_unseen(
    states: dict[tuple[str, int, int], str],
    kinds: dict[tuple[str, int, int], str],
    template: Template,
    pictures: tuple[Gray, Gray],
    matrix: Points,
) -> None:
    """Marks that a picture does not show are `unseen`: `pictures`, of the sheet and of the same one when it was blank,
    are as dark. So are fills that are struck out where no stroke is seen beyond them: to anybody they are fills."""
    image, blank = pictures
    paper = cv2.blur(cv2.dilate(blank, np.ones((15, 15), np.uint8)), (15, 15)).astype(np.float32)
    white = blank > WHITE / 255 * paper
    darker = np.asarray(cv2.blur(np.where(white, blank.astype(np.float32) - image, 0), (5, 5)), np.float32)
    bubbles = {field.name: field.bubbles for field in template.fields}
    for (name, answer, place), state in states.items():
        if state == "empty":
            continue
        box = bubbles[name][answer][place].box
        seen = _darkest(darker, box, matrix)
        if kinds[name, answer, place] == "struck":
            wide, high = BEYOND * box.width, BEYOND * box.height
            around = Box(box.left - wide, box.top - high, box.width + 2 * wide, box.height + 2 * high)
            seen = min(seen, _darkest(darker, around, matrix, sides=True))
        if seen < SEEN:
            states[name, answer, place] = "unseen"


def _darkest(darker: Floats, box: Box, matrix: Points, *, sides: bool = False) -> float:
    """The most by which a picture is darker in `box`; `sides`: at both its left and its right rim."""
    x, y, wide, high = cv2.boundingRect(transform(matrix, box.corners).astype(np.float32))
    part = darker[max(0, y) : y + high, max(0, x) : x + wide]
    if not sides:
        return float(part.max(initial=0.0))
    across = round(RIM * part.shape[1])
    return float(min(one.max(initial=0.0) for one in (part[:, :across], part[:, part.shape[1] - across :])))


def _mark(
    page: Gray, template: Template, rng: Generator, scale: float, withdrawn: float
) -> tuple[dict[tuple[str, int, int], str], dict[tuple[str, int, int], str]]:
    """Marks a sheet as one person does."""
    style, tool = str(rng.choice(MARK_STYLES, p=(0.4, 0.2, 0.2, 0.1, 0.1))), str(rng.choice(TOOLS, p=(0.5, 0.3, 0.2)))
    hand = Hand(style, tool, rng, scale)
    states: dict[tuple[str, int, int], str] = {}
    kinds: dict[tuple[str, int, int], str] = {}
    often = float(rng.choice((0.95, 0.6, 0.25)))
    for field in template.fields:
        given = _given(field, often, rng)
        for answer, bubbles in enumerate(field.bubbles):
            chosen: dict[int, str] = {}
            if given[answer]:
                chosen[int(rng.integers(len(bubbles)))] = "marked"
            if field.bubble_marks and field.bubble_marks.choose == "any":
                chosen.update({i: "marked" for i in range(len(bubbles)) if rng.random() < 0.2})
            elif rng.random() < 0.01 and len(bubbles) > 1:
                chosen[int(rng.integers(len(bubbles)))] = "marked"
            if rng.random() < withdrawn:
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


def _given(field: TemplateField, often: float, rng: Generator) -> list[bool]:
    """Which answers of a field are given: `often` so many of each, but a number is given whole or not at all."""
    count = len(field.bubbles)
    if count == 1:
        return [bool(rng.random() < often)]
    return (
        [bool(rng.random() < WHOLE_NUMBERS)] * count
        if rng.random() < WHOLE_NUMBERS
        else (rng.random(count) < WHOLE_NUMBERS).tolist()
    )


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
