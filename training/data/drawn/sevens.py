"""7, drawn: the digit that hands differ in most."""

from __future__ import annotations

import numpy as np

from extractor.values import Gray
from training.data.frame import Frame

Range = tuple[float, float]


def _bar(frame: Frame, shape: np.random.Generator, *, y: Range, rise: Range, left: Range, right: Range) -> None:
    """The bar through a stem: its height and its rise on either side of that, and where it begins and ends, each
    somewhere from the first to the second of two places in `frame`."""
    middle, up = shape.uniform(*y), shape.uniform(*rise)
    frame.stroke(frame.at(shape.uniform(*left), middle + up), frame.at(shape.uniform(*right), middle - up))


def european_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 with a hook before its roof and mostly a bar through its stem."""
    frame = Frame(shape, rng)
    start = frame.at(0.04, shape.uniform(0.08, 0.25)), frame.at(0.1, 0.02)
    corner = frame.at(0.95, shape.uniform(-0.02, 0.08), 0.03)
    foot = frame.at(shape.uniform(0.15, 0.5), 1)
    points = (*start, corner, foot) if shape.random() < 0.6 else (start[1], corner, foot)
    frame.stroke(*points, bend=0.1)
    if shape.random() < 0.85:
        y = shape.uniform(0.42, 0.62)
        left, right = shape.uniform(0.05, 0.25), shape.uniform(0.75, 1.05)
        frame.stroke(frame.at(left, y + shape.uniform(0, 0.1)), frame.at(right, y - shape.uniform(-0.03, 0.1)))
    return frame.ink


def curly_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 like a script F: a roof that begins with a curl and waves, a stem that may bend, mostly a bar."""
    frame = Frame(shape, rng)
    corner = frame.at(shape.uniform(0.75, 1.0), shape.uniform(-0.05, 0.1), 0.03)
    start = [frame.at(shape.uniform(0.0, 0.2), shape.uniform(0.15, 0.32)), frame.at(0.0, 0.1), frame.at(0.2, 0.02)]
    if shape.random() < 0.35:  # a ring at its beginning
        start.insert(0, frame.at(0.22, 0.12))
    stem = frame.at(shape.uniform(0.45, 0.75), 0.4)
    foot = frame.at(shape.uniform(0.1, 0.45), 1.0)
    way = [*start, frame.at(0.5, shape.uniform(0.04, 0.18)), corner]
    if shape.random() < 0.5:
        frame.spline(*way, stem, foot)
    else:
        frame.spline(*way)
        frame.stroke(frame.at(shape.uniform(0.6, 0.95), 0.05, 0.03), foot, bend=0.12)
    if shape.random() < 0.75:
        _bar(frame, shape, y=(0.4, 0.65), rise=(-0.05, 0.12), left=(-0.05, 0.25), right=(0.7, 1.1))
    return frame.ink


def rounded_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 without a corner, as the head of a 2 has none, with a bar that mostly reaches out to its right."""
    frame = Frame(shape, rng)
    far = shape.uniform(0.75, 0.95)
    foot = [frame.at(shape.uniform(0.15, 0.45), shape.uniform(0.9, 1.02), 0.03)]
    if shape.random() < 0.3:
        foot.append(frame.at(shape.uniform(-0.05, 0.15), shape.uniform(0.85, 0.98)))
    frame.spline(
        frame.at(shape.uniform(0.0, 0.15), shape.uniform(0.08, 0.3)),
        frame.at(0.35, shape.uniform(-0.03, 0.08)),
        frame.at(far, shape.uniform(0.1, 0.25)),
        frame.at(far - 0.1, 0.5),
        *foot,
    )
    if shape.random() < 0.85:
        y, rise = shape.uniform(0.45, 0.65), shape.uniform(-0.05, 0.08)
        left = shape.uniform(0.15, 0.55)
        frame.stroke(frame.at(left, y + rise), frame.at(left + shape.uniform(0.45, 0.8), y - rise))
    return frame.ink


def tied_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 in one stroke: from the foot of its stem the pen turns back up to the left, and draws the bar across."""
    frame = Frame(shape, rng)
    right, low = shape.uniform(0.65, 0.9), shape.uniform(0.6, 0.8)
    x = shape.uniform(0.35, 0.65)
    corner = (
        [frame.at(0.45, shape.uniform(-0.03, 0.08)), frame.at(right, shape.uniform(0.12, 0.3))]
        if shape.random() < 0.7
        else [frame.at(right, shape.uniform(-0.03, 0.1), 0.02)] * 2
    )
    frame.spline(
        frame.at(shape.uniform(-0.05, 0.15), shape.uniform(0.0, 0.25)),
        *corner,
        frame.at(0.5 * (right + x) + 0.05, 0.6, 0.03),
        frame.at(x, 1.0, 0.03),
        frame.at(0.5 * x, 0.5 * (1 + low), 0.03),
        frame.at(shape.uniform(-0.1, 0.2), low, 0.03),
        frame.at(x, low + shape.uniform(-0.04, 0.06), 0.02),
        frame.at(shape.uniform(0.75, 1.2), low - shape.uniform(-0.02, 0.1)),
    )
    return frame.ink


def narrow_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 whose roof is a small hook or wave, and whose bar is as wide as all of it: near to a t or a plus."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.4, 0.65)
    left, right = shape.uniform(0.05, 0.3), shape.uniform(0.7, 0.9)
    roof = [frame.at(left, shape.uniform(0.1, 0.28)), frame.at(left + 0.1, 0.02)]
    if shape.random() < 0.5:
        roof.append(frame.at(0.5 * (left + right), shape.uniform(0.02, 0.14)))
    frame.spline(
        *roof,
        frame.at(right, shape.uniform(-0.04, 0.1)),
        frame.at(right - 0.12, 0.4),
        frame.at(shape.uniform(0.2, 0.55), 1),
    )
    _bar(frame, shape, y=(0.4, 0.72), rise=(-0.05, 0.12), left=(-0.1, 0.2), right=(0.8, 1.15))
    return frame.ink


def plus_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 of which hardly more than stem and bar are there, as of a plus or a t: its roof is a hook, a small ring, or
    left out."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.45, 0.85)
    x, y, rise = shape.uniform(0.3, 0.55), shape.uniform(0.35, 0.6), shape.uniform(-0.06, 0.12)
    top, foot = frame.at(x + shape.uniform(-0.05, 0.12), 0.0, 0.03), frame.at(x - shape.uniform(-0.1, 0.25), 1.0)
    kind = shape.random()
    if kind < 0.4:
        frame.stroke(top, foot)
    else:
        ring = [frame.at(x + 0.2, 0.15, 0.03), frame.at(x, 0.4, 0.03)] if kind > 0.75 else [frame.at(x + 0.03, 0.4)]
        frame.spline(frame.at(x - shape.uniform(0.1, 0.35), shape.uniform(0.08, 0.3)), top, *ring, foot)
    left, right = shape.uniform(-0.15, 0.2), shape.uniform(0.75, 1.3)
    frame.stroke(frame.at(left, y + rise), frame.at(right, y - rise))
    return frame.ink


def looped_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 like a script f with a hook before it: the roof rises into a loop, which comes down as the stem."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.5, 0.85)
    x, top = shape.uniform(0.3, 0.5), shape.uniform(0.2, 0.45)
    loop = shape.uniform(0.12, 0.35)
    frame.spline(
        frame.at(shape.uniform(-0.1, 0.1), top - shape.uniform(0.0, 0.2)),
        frame.at(0.15, top + shape.uniform(0.0, 0.12)),
        frame.at(x + 0.15, top),
        frame.at(x + 0.1 + loop, 0.12, 0.03),
        frame.at(x + 0.1 + 0.5 * loop, 0.0, 0.03),
        frame.at(x + 0.05, 0.18, 0.03),
        frame.at(x, 0.6, 0.03),
        frame.at(x - shape.uniform(-0.05, 0.2), 1.0),
    )
    if shape.random() < 0.93:
        _bar(frame, shape, y=(0.5, 0.75), rise=(-0.08, 0.08), left=(-0.1, 0.2), right=(0.7, 1.15))
    return frame.ink


def low_seven(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 7 that is as wide as high, with a bar low on its stem and as wide as its roof: near to a Z or a small 2."""
    frame = Frame(shape, rng)
    frame.high *= shape.uniform(0.6, 0.95)
    frame.wide = frame.high * shape.uniform(0.8, 1.3)
    right, foot = shape.uniform(0.7, 0.95), shape.uniform(0.2, 0.55)
    frame.stroke(
        frame.at(shape.uniform(0.0, 0.25), shape.uniform(-0.05, 0.15)),
        frame.at(right, shape.uniform(-0.05, 0.1)),
        frame.at(foot, 1.0),
    )
    _bar(frame, shape, y=(0.45, 0.7), rise=(-0.05, 0.08), left=(-0.1, 0.25), right=(0.75, 1.15))
    return frame.ink
