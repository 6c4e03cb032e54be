"""Marks that people put into cells, and styles of digits that MNIST hardly has, drawn as a hand would."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray
from training.data.pen import CANVAS, stroke_width

Point = tuple[float, float]


def draw_stroke(ink: Gray, points: NDArray[np.float64], width: float, rng: np.random.Generator) -> None:
    """One stroke of the pen through `points`, shape (n, 2), into `ink`; its width varies a little on the way."""
    shift = 4
    fixed = np.round(points * (1 << shift)).astype(np.int32)
    if rng.random() < 0.5:
        cv2.polylines(ink, [fixed], False, 255, max(1, round(width)), cv2.LINE_AA, shift)
        return
    first, last = width * rng.uniform(0.7, 1.3), width * rng.uniform(0.5, 1.1)
    for index in range(len(fixed) - 1):
        part = first + (last - first) * index / max(1, len(fixed) - 2)
        cv2.line(ink, fixed[index].tolist(), fixed[index + 1].tolist(), 255, max(1, round(part)), cv2.LINE_AA, shift)


def curve(start: Point, end: Point, rng: np.random.Generator, bend: float = 0.08) -> NDArray[np.float64]:
    """Points from `start` to `end` along a curve that bulges by up to `bend` of its length, with a hand's tremor."""
    a, b = np.array(start), np.array(end)
    way = b - a
    across = np.array((-way[1], way[0]))
    middle = (a + b) / 2 + across * rng.uniform(-bend, bend) * 2 + way * rng.uniform(-0.15, 0.15)
    t = np.linspace(0, 1, 9)[:, None]
    points = (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b
    points[1:-1] += rng.normal(0, 0.006 * float(np.hypot(*way)), (7, 2))
    return np.asarray(points, np.float64)


def cross(rng: np.random.Generator) -> Gray:
    """An X as people strike a cell: any width, curved, in two strokes or in one."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    wide, high = rng.uniform(0.25, 0.45) * CANVAS, rng.uniform(0.25, 0.45) * CANVAS
    if rng.random() < 0.15:
        wide *= rng.uniform(0.5, 0.8)
    elif rng.random() < 0.12:
        high *= rng.uniform(0.55, 0.8)
    middle = CANVAS / 2

    def corner(x: int, y: int) -> Point:
        near = rng.normal(0, 0.06, 2)
        return middle + wide * (x + near[0]), middle + high * (y + near[1])

    width = rng.uniform(1.8, 9)
    bend = 0.14 if rng.random() < 0.3 else 0.06
    corners = corner(-1, -1), corner(1, 1), corner(1, -1), corner(-1, 1)
    first, second = curve(corners[0], corners[1], rng, bend), curve(corners[2], corners[3], rng, bend)
    if rng.random() < 0.2:  # one stroke much longer than the other
        shorter = first if rng.random() < 0.5 else second
        shorter[:] = shorter.mean(0) + (shorter - shorter.mean(0)) * rng.uniform(0.5, 0.75)
    draw_stroke(ink, first, width, rng)
    draw_stroke(ink, second, width * rng.uniform(0.85, 1.15), rng)
    if rng.random() < 0.18:  # written without lifting the pen
        if rng.random() < 0.5:
            side = curve(corners[1], corners[2], rng, 0.25)
        else:
            side = curve(corners[1], corners[3], rng, 0.25)
        draw_stroke(ink, side, width * rng.uniform(0.5, 1), rng)
    return ink


def dash(rng: np.random.Generator) -> Gray:
    """A dash: one level stroke up to 25 degrees aslant, wavy, tapering, thick and short, or doubled."""
    ink = np.zeros((CANVAS, CANVAS), np.uint8)
    length = rng.uniform(0.3, 0.9) * CANVAS
    width = min(rng.uniform(1.6, 11), length / 2.2)
    turn = np.deg2rad(rng.normal(0, 9) if rng.random() < 0.8 else rng.uniform(-25, 25)).clip(-0.43, 0.43)
    half = np.array((np.cos(turn), np.sin(turn))) * (length - width) / 2
    middle = CANVAS / 2
    points = curve((middle - half[0], middle - half[1]), (middle + half[0], middle + half[1]), rng, 0.07)
    if rng.random() < 0.15:
        points[:, 1] += np.sin(np.linspace(0, rng.uniform(1, 2) * np.pi, 9)) * 0.06 * length
    draw_stroke(ink, points, width, rng)
    if rng.random() < 0.08 and width < 0.12 * length:  # gone over twice
        draw_stroke(ink, points + rng.normal(0, 0.6 * width, 2), width, rng)
    return ink


def crossed_seven(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 7 with the bar through its stem that is usual in Europe."""
    _, top, _, height = cv2.boundingRect(ink)
    row = top + round(height * rng.uniform(0.42, 0.64))
    inked = np.flatnonzero(ink[min(row, CANVAS - 1)] > 127)
    if inked.size == 0 or inked[-1] - inked[0] > 0.4 * height:
        return ink
    x = float(inked.mean())
    rise = height * rng.normal(0.02, 0.045)
    before, after = rng.uniform(0.14, 0.36) * height, rng.uniform(0.14, 0.36) * height
    ink = ink.copy()
    pen = stroke_width(ink) * rng.uniform(0.7, 1.1)
    draw_stroke(ink, curve((x - before, row + rise), (x + after, row - rise), rng, 0.05), pen, rng)
    return ink


def european_one(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 1 with an upstroke from the left to its top, short or long, and sometimes a foot."""
    _, top, width, height = cv2.boundingRect(ink)
    if height < 0.4 * CANVAS or width > height:
        return ink
    inked = np.flatnonzero(ink[top + max(1, round(0.04 * height))] > 100)
    foot = np.flatnonzero(ink[top + height - 1 - round(0.04 * height)] > 100)
    if inked.size == 0 or foot.size == 0:
        return ink
    pen = stroke_width(ink) * rng.uniform(0.75, 1.05)
    head = float(inked.mean()), top + pen / 2
    length, turn = rng.uniform(0.25, 0.7) * height, np.deg2rad(rng.uniform(22, 60))
    # The higher the upstroke reaches down, the steeper it is written; a flat long one would be a 7.
    turn = min(turn, np.deg2rad(66 - 42 * length / height))
    end = head[0] - length * float(np.sin(turn)), head[1] + length * float(np.cos(turn))
    ink = ink.copy()
    draw_stroke(ink, curve(head, end, rng, 0.1), pen, rng)
    if rng.random() < 0.25:
        wide = rng.uniform(0.15, 0.35) * height
        y, x = top + height - pen / 2, float(foot.mean())
        draw_stroke(ink, curve((x - wide, y), (x + wide * rng.uniform(0.7, 1), y), rng, 0.04), pen, rng)
    return ink


def slashed_zero(ink: Gray, rng: np.random.Generator) -> Gray:
    """A 0 with a slash through it."""
    left, top, width, height = cv2.boundingRect(ink)
    if width < 0.4 * height:
        return ink
    over = rng.uniform(-0.12, 0.12)
    start = left - over * width, top + height * (1 + over)
    end = left + width * (1 + over), top - over * height
    ink = ink.copy()
    draw_stroke(ink, curve(start, end, rng, 0.05), stroke_width(ink) * rng.uniform(0.6, 1), rng)
    return ink


STYLES: dict[str, tuple[float, Callable[[Gray, np.random.Generator], Gray]]] = {
    "0": (0.02, slashed_zero),
    "1": (0.30, european_one),
    "7": (0.22, crossed_seven),
}
"""How often a symbol is written in a style that the samples hardly show, and by which function."""


def in_style(ink: Gray, symbol: str, rng: np.random.Generator) -> Gray:
    """`ink` of `symbol`, three times MNIST's size, now and then in another style."""
    share, write = STYLES.get(symbol, (0.0, None))
    return write(ink, rng) if write is not None and rng.random() < share else ink
