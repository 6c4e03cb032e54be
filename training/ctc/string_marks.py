"""The marks between digits in ink: drawn as a hand would, or real ones where there are any."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray
from training.data.frame import Frame
from training.data.hands import Beside
from training.data.junk import tight
from training.data.marks import curve, draw_stroke
from training.data.pen import with_width

DIGIT_TALL = 60
"""Pixels of a digit's height while it is drawn."""


class Paper:
    """Paper beside a digit: places are pixels to the right of its middle and, below 0, above its foot."""

    def __init__(self, pen: float, rng: np.random.Generator) -> None:
        self.ink: Gray = np.zeros((2 * DIGIT_TALL, 3 * DIGIT_TALL), np.uint8)
        self.pen, self.rng = pen, rng

    def stroke(self, x0: float, y0: float, x1: float, y1: float, bend: float = 0.08) -> None:
        base = DIGIT_TALL + 20
        draw_stroke(self.ink, curve((80 + x0, base + y0), (80 + x1, base + y1), self.rng, bend), self.pen, self.rng)

    def dot(self, x: float, y: float, size: float) -> None:
        centre = round(80 + x), round(DIGIT_TALL + 20 + y)
        cv2.circle(self.ink, centre, max(2, round(self.pen * size)), 255, -1, cv2.LINE_AA)

    def cut(self) -> tuple[Gray, float]:
        """What is drawn, tightly cut, and how far below the digit's top it begins."""
        left, top, wide, high = cv2.boundingRect(self.ink)
        return self.ink[top : top + high, left : left + wide], float(top - 20)


def mark_ink(mark: str, pen: float, beside: Beside | None, rng: np.random.Generator) -> tuple[Gray, float]:
    """A mark's ink, tightly cut, and how far below the digits' top it begins; half of them real where there are any
    `beside`."""
    pen = max(2.0, pen)
    if beside is not None and mark in beside.marks and rng.random() < 0.5:
        return _real(mark, pen, beside.mark(mark, rng), rng)
    if mark in FRAMED:
        ink, times = FRAMED[mark](pen, rng)
        ink = as_gray(cv2.resize(ink, None, fx=(size := times * DIGIT_TALL / ink.shape[0]), fy=size))
        return ink, DIGIT_TALL - ink.shape[0] + rng.uniform(-4, 8)
    paper = Paper(pen, rng)
    DRAWN[mark](paper, rng)
    return paper.cut()


def _real(mark: str, pen: float, ink: Gray, rng: np.random.Generator) -> tuple[Gray, float]:
    """The real mark `ink` as large as it is beside digits, and where it stands."""
    ink = _clean(ink, 60)
    high, wide = ink.shape
    times = {
        ".": pen * rng.uniform(0.9, 1.8) / max(high, wide),
        "-": rng.uniform(14, 60) / wide,
        "/": DIGIT_TALL * rng.uniform(1.1, 1.6) / high,
    }.get(mark, rng.uniform(24, 52) / max(high, wide))
    size = max(2, round(wide * times)), max(2, round(high * times))
    ink = as_gray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR))
    if mark != ".":
        ink = _clean(with_width(ink, pen), 24)
    foot = DIGIT_TALL - ink.shape[0]
    lower = {
        ".": foot + rng.uniform(-10, 4),
        "-": foot + ink.shape[0] / 2 - rng.uniform(4, 46),
        "/": foot + rng.uniform(-6, 18),
    }.get(mark, foot / 2 + rng.normal(2, 6))
    return ink, lower


def _clean(ink: Gray, faintest: int) -> Gray:
    """`ink` tightly cut, without what is fainter; never nothing."""
    kept = tight(np.where(ink >= faintest, ink, 0).astype(np.uint8))
    return kept if kept.size else np.full((4, 4), 255, np.uint8)


def _point(paper: Paper, rng: np.random.Generator) -> None:
    y = -rng.uniform(-4, 10)
    if rng.random() < 0.75:
        paper.dot(0, y, rng.uniform(0.5, 0.95))
    else:
        paper.stroke(0, y, rng.uniform(2, 9), y + rng.uniform(-4, 4))


def _comma(paper: Paper, rng: np.random.Generator) -> None:
    y = -rng.uniform(-4, 10)
    paper.stroke(3, y - 4, rng.uniform(-12, 1), y + rng.uniform(8, 28), 0.18)
    if rng.random() < 0.3:
        paper.dot(3, y - 4, rng.uniform(0.5, 0.8))


def _dash(paper: Paper, rng: np.random.Generator) -> None:
    y, half = -rng.uniform(0, 44), rng.uniform(8, 32) if rng.random() < 0.8 else rng.uniform(30, 70)
    rise = rng.normal(0, 3) if rng.random() < 0.75 else half * rng.uniform(0.15, 0.8)  # a quick one rises
    paper.stroke(-half + 10, y + rise + rng.normal(0, 2), half + 10, y - rise + rng.normal(0, 2), 0.15)


def _colon(paper: Paper, rng: np.random.Generator) -> None:
    low, size = rng.uniform(-2, 22), rng.uniform(0.5, 0.9)
    for y in (-low, -low - rng.uniform(12, 32)):
        if rng.random() < 0.8:
            paper.dot(rng.normal(0, 2), y, size)
        else:
            paper.stroke(0, y, rng.uniform(-4, 6), y + rng.uniform(-4, 6))


def _double_dash(paper: Paper, rng: np.random.Generator) -> None:
    y, apart = -rng.uniform(14, 40 if rng.random() < 0.7 else 62), rng.uniform(8, 18)
    half = rng.uniform(4 if rng.random() < 0.3 else 8, 24 if rng.random() < 0.8 else 48)
    for at in (y, y + apart):
        paper.stroke(-half + 10, at + rng.normal(0, 2), half + 10 + rng.normal(0, 4), at + rng.normal(0, 2))
    if rng.random() < 0.2:  # without lifting the pen, as a flat z
        paper.stroke(half + 10, y, -half + 10, y + apart)


def _plus(paper: Paper, rng: np.random.Generator) -> None:
    y, half, lean = -rng.uniform(14, 40), rng.uniform(9, 24), rng.uniform(-4, 8)
    high = half * rng.uniform(0.75, 1.4)
    paper.stroke(-half, y + rng.normal(0, 3), half, y + rng.normal(0, 3))
    paper.stroke(lean + rng.normal(0, 2), y - high, -lean + rng.normal(0, 2), y + high)


def _number_sign(paper: Paper, rng: np.random.Generator) -> None:
    if rng.random() < 0.3:  # two short strokes through one long dash
        half, size, y = rng.uniform(18, 60), rng.uniform(8, 20), -rng.uniform(14, 40)
        rise, at, apart = half * rng.uniform(-0.05, 0.3), rng.uniform(-0.4, 0.5) * half, rng.uniform(8, 20)
        paper.stroke(-half, y + rise, half, y - rise)
        for along in (at - apart / 2, at + apart / 2):
            middle = y - rise * along / half
            paper.stroke(along + rng.uniform(-2, 8), middle - size, along - rng.uniform(-2, 8), middle + size)
        return
    size, wide, lean = rng.uniform(14, 32), rng.uniform(0.7, 1.2), rng.uniform(0, 6)
    for along in (-0.35, 0.35):
        paper.stroke(along * size * wide + lean, -30 - size, along * size * wide - lean, -30 + size)
        paper.stroke(-size * wide, -30 + along * size, size * wide, -32 + along * size)


def _bracket(side: int) -> Callable[[Paper, np.random.Generator], None]:
    """An arc taller than the digits, open to the right where `side` is 1, to the left where it is -1; some are nearly
    straight."""

    def draw(paper: Paper, rng: np.random.Generator) -> None:
        top, foot = -rng.uniform(58, 78), rng.uniform(-4, 20)
        deep = rng.uniform(6, 22) if rng.random() < 0.85 else rng.uniform(2.5, 6)
        t = np.linspace(-1, 1, 13)
        xs = side * deep * np.abs(t) ** rng.uniform(1.6, 3.0) - rng.normal(3, 5) * t + rng.normal(0, 0.5, 13)
        ys = (top + foot) / 2 + (foot - top) / 2 * t
        way = np.stack((80 + xs, DIGIT_TALL + 20 + ys), 1)
        draw_stroke(paper.ink, way[: 13 - int(rng.integers(0, 3))] if rng.random() < 0.3 else way, paper.pen, rng)

    return draw


def _slash(paper: Paper, rng: np.random.Generator) -> None:
    beyond = rng.random() < 0.85  # most reach beyond the digits above and below, which a 1 does not
    wide = rng.uniform(10, 44) if rng.random() < 0.8 else rng.uniform(-2, 10)
    paper.stroke(wide, -rng.uniform(62 if beyond else 52, 84), 0, rng.uniform(3 if beyond else -6, 26), 0.05)


def _dollar(pen: float, rng: np.random.Generator) -> tuple[Gray, float]:
    """An S with one or two strokes through it, or with their ends alone; and how tall it is beside digits."""
    frame = Frame(rng, rng)
    frame.pen, frame.wide, frame.lean = min(pen, 8.0), frame.high * rng.uniform(0.4, 0.75), rng.uniform(-0.05, 0.3)
    frame.high *= 0.85
    at = frame.at
    if rng.random() < 0.85:
        head, foot = at(0.95, rng.uniform(0.05, 0.25)), at(0.05, rng.uniform(0.75, 0.95))
        bends = at(0.5, 0.02), at(0.05, 0.25, 0.03), at(0.5, 0.5, 0.03), at(0.95, 0.75, 0.03), at(0.5, 0.98)
        frame.spline(head, *bends, foot)
    else:
        frame.spline(at(0.95, 0.05), at(0.15, 0.25), at(0.85, 0.7), at(0.05, 0.95))
    middle = rng.uniform(0.4, 0.6)
    for x in (middle,) if rng.random() < 0.6 else (middle - 0.13, middle + 0.13):
        top, end = -rng.uniform(0.08, 0.25), 1 + rng.uniform(0.08, 0.25)
        for a, b in ((top, end),) if rng.random() < 0.8 else ((top, 0.03), (0.97, end)):
            frame.stroke(at(x, a, 0.02), at(x, b, 0.02))
    return tight(frame.ink), rng.uniform(1.0, 1.4)


def _percent(pen: float, rng: np.random.Generator) -> tuple[Gray, float]:
    """A slash between two small rings, and how tall it is beside digits."""
    frame = Frame(rng, rng)
    frame.pen, frame.wide, frame.lean = min(pen, 7.0), frame.high * rng.uniform(0.6, 1.0), 0.0
    frame.stroke(frame.at(rng.uniform(0.7, 1.0), 0.0), frame.at(rng.uniform(0.0, 0.3), 1.0))
    for x, y in ((0.1, 0.22), (0.9, 0.8)):
        wide, high = rng.uniform(0.1, 0.2), rng.uniform(0.12, 0.2)
        turns = np.linspace(0, rng.uniform(5.4, 6.9), 9) + rng.uniform(0, 6)
        frame.spline(*(frame.at(x + wide * np.cos(a), y + high * np.sin(a), 0.015) for a in turns.tolist()))
    return tight(frame.ink), rng.uniform(0.75, 1.1)


DRAWN: dict[str, Callable[[Paper, np.random.Generator], None]] = {
    ".": _point,
    ",": _comma,
    "-": _dash,
    ":": _colon,
    "=": _double_dash,
    "+": _plus,
    "#": _number_sign,
    "(": _bracket(1),
    ")": _bracket(-1),
    "/": _slash,
}
FRAMED = {"$": _dollar, "%": _percent}
"""How each mark is drawn: at its place beside a digit, or as tall as its function says."""
