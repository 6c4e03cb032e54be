"""Styles of digits that MNIST, written in the USA, hardly has: drawn into its digits, or drawn as a whole."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from extractor.values import Gray
from training.data.drawn import high, low, segments, sevens
from training.data.marks import curve, draw_stroke
from training.data.pen import CANVAS, stroke_width

Style = Callable[[Gray, np.random.Generator, np.random.Generator], Gray]
"""From ink to ink; one generator is for what a writer does the same way each time, the other for what he does not."""


def crossed_seven(ink: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 with the bar through its stem that is usual in Europe."""
    _, top, _, height = cv2.boundingRect(ink)
    row = top + round(height * shape.uniform(0.42, 0.64))
    inked = np.flatnonzero(ink[min(row, CANVAS - 1)] > 127)
    if inked.size == 0 or inked[-1] - inked[0] > 0.4 * height:
        return ink
    x = float(inked.mean())
    rise = height * shape.normal(0.02, 0.045)
    before, after = shape.uniform(0.14, 0.36) * height, shape.uniform(0.14, 0.36) * height
    ink = ink.copy()
    pen = stroke_width(ink) * shape.uniform(0.7, 1.1)
    draw_stroke(ink, curve((x - before, row + rise), (x + after, row - rise), rng, 0.05), pen, rng)
    return ink


def european_one(ink: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 with an upstroke from the left to its top, short or long, and sometimes a foot."""
    _, top, width, height = cv2.boundingRect((ink > 100).astype(np.uint8))
    if height < 0.4 * CANVAS or width > height:
        return ink
    inked = np.flatnonzero(ink[top + max(1, round(0.04 * height))] > 100)
    foot = np.flatnonzero(ink[top + height - 1 - round(0.04 * height)] > 100)
    if inked.size == 0 or foot.size == 0:
        return ink
    pen = stroke_width(ink) * shape.uniform(0.75, 1.05)
    head = float(inked.mean()), top + pen / 2
    length, turn = shape.uniform(0.25, 0.7) * height, np.deg2rad(shape.uniform(22, 60))
    # Seen from the stem; but a long one is written steeply, since a flat long one would be a 7.
    turn += np.arctan2(head[0] - float(foot.mean()), height)
    turn = np.clip(turn, 0.3, np.deg2rad(70 - 30 * length / height))
    end = head[0] - length * float(np.sin(turn)), head[1] + length * float(np.cos(turn))
    ink = ink.copy()
    draw_stroke(ink, curve(head, end, rng, 0.1), pen, rng)
    if shape.random() < 0.25:
        wide = shape.uniform(0.15, 0.35) * height
        y, x = top + height - pen / 2, float(foot.mean())
        draw_stroke(ink, curve((x - wide, y), (x + wide * shape.uniform(0.7, 1), y), rng, 0.04), pen, rng)
    return ink


def slashed_zero(ink: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 0 with a slash through it."""
    left, top, width, height = cv2.boundingRect(ink)
    if width < 0.4 * height:
        return ink
    over = shape.uniform(-0.12, 0.12)
    start = left - over * width, top + height * (1 + over)
    end = left + width * (1 + over), top - over * height
    ink = ink.copy()
    draw_stroke(ink, curve(start, end, rng, 0.05), stroke_width(ink) * shape.uniform(0.6, 1), rng)
    return ink


SEGMENTED = 0.035
"""How often a digit follows the segments of an 8."""

STYLES: dict[str, tuple[tuple[float, Style], ...]] = {
    "0": ((0.02, slashed_zero), (0.11, low.curled_zero), (0.08, low.open_zero)),
    "1": (
        (0.2, european_one),
        (0.22, low.long_one),
        (0.08, low.footed_one),
        (0.12, low.looped_one),
        (0.07, low.bent_one),
    ),
    "2": ((0.15, low.looped_two), (0.15, low.knotted_two)),
    "3": ((0.1, low.tailed_three), (0.05, low.sinking_three)),
    "4": ((0.14, low.open_four), (0.12, low.humped_four), (0.14, low.rounded_four), (0.08, low.tall_four)),
    "5": (
        (0.09, high.flagged_five),
        (0.11, high.straight_five),
        (0.18, high.hooked_five),
        (0.06, high.smooth_five),
    ),
    "7": (
        (0.16, crossed_seven),
        (0.1, sevens.european_seven),
        (0.11, sevens.narrow_seven),
        (0.09, sevens.curly_seven),
        (0.09, sevens.rounded_seven),
        (0.12, sevens.tied_seven),
        (0.09, sevens.plus_seven),
        (0.05, sevens.looped_seven),
        (0.07, sevens.low_seven),
    ),
    "8": ((0.12, high.open_eight), (0.24, high.tied_eight)),
    "9": (
        (0.12, high.curled_nine),
        (0.22, high.stemmed_nine),
        (0.09, high.crooked_nine),
        (0.08, high.necked_nine),
        (0.05, high.fallen_nine),
        (0.08, high.scripted_nine),
    ),
}
"""How often a symbol is written in a style that the samples hardly show, and by which function."""


def in_style(ink: Gray, symbol: str, rng: np.random.Generator, hand: int | None = None) -> Gray:
    """`ink` of `symbol`, three times MNIST's size, now and then in another style: for the same `hand` in the same one,
    and nearly the same shape."""
    shape = rng if hand is None else np.random.default_rng((hand, ord(symbol)))
    chance = shape.random()
    styles: list[tuple[float, Style]] = list(STYLES.get(symbol, ()))
    if symbol in segments.SEGMENTS:
        styles.append((SEGMENTED, segments.segmented(symbol)))
    for share, write in styles:
        if chance < share:
            return write(ink, shape, rng)
        chance -= share
    return ink
