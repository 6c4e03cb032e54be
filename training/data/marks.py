"""Strokes of a pen, and the marks that people put into cells, drawn as a hand would."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray
from training.data.pen import CANVAS

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


def is_one_stroke(ink: Gray, stoutest: float = 0.09) -> bool:
    """Whether `ink` is about one straight stroke: alone it would be a whole 1, a slash or a dash.

    `stoutest` is the highest ratio of its spread across the stroke to that along it, both squared.
    """
    ys, xs = np.nonzero(ink > 127)
    if len(xs) < 12:
        return True
    across, along = np.linalg.eigvalsh(np.cov(np.stack((xs, ys)))).tolist()
    return bool(across < stoutest * along)


def cross(rng: np.random.Generator) -> Gray:
    """An X as people strike a cell: any width, curved, in two strokes or in one; or the letter x of a quick hand. Never
    so slim that it would be a single stroke."""
    while is_one_stroke(ink := _crossed(rng)):
        pass
    return ink


def _crossed(rng: np.random.Generator) -> Gray:
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
    hooked = rng.random() < 0.2
    if hooked:  # a flat stroke that begins or ends with a hook, and a steep one through it
        first = _hooked(first, rng)
    draw_stroke(ink, first, width, rng)
    draw_stroke(ink, second, width * rng.uniform(0.85, 1.15), rng)
    if not hooked and rng.random() < 0.25:
        # Written without lifting the pen, from any end of one stroke to one of the other.
        side = curve(corners[int(rng.integers(2))], corners[2 + int(rng.integers(2))], rng, 0.25)
        draw_stroke(ink, side, width * rng.uniform(0.5, 1), rng)
    return ink


def _hooked(stroke: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """`stroke`, shape (9, 2), flatter, and bent over at one of its ends or both."""
    middle = stroke.mean(0)
    flat = middle + (stroke - middle) * (1, rng.uniform(0.5, 0.9))
    reach = float(np.abs(flat - middle).max())
    which = rng.random()
    for end, inner, begins in ((0, 2, which < 0.7), (-1, -3, which > 0.4)):
        if begins:
            down = np.sign(flat[inner, 1] - flat[end, 1]) or 1.0
            flat[end, 1] += down * reach * rng.uniform(0.25, 0.6)
    way = np.concatenate((flat[:1], flat, flat[-1:]))
    return np.asarray((way[:-2] + 2 * way[1:-1] + way[2:]) / 4, np.float64)


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
