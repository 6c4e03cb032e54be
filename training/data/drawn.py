"""Digits drawn as a whole, in styles that MNIST, written in the USA, hardly has.

Each function takes the ink that it replaces, the generator of what is one writer's own, and that of the moment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from extractor.values import Gray
from training.data.frame import Frame


def open_four(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 4 like a flash of lightning: down, across, and a second stroke through or beside the end of the first."""
    frame = Frame(shape, rng)
    low = shape.uniform(0.5, 0.72)
    top, corner = frame.at(shape.uniform(0.25, 0.65), 0), frame.at(0.04, low)
    if shape.random() < 0.7:
        reach = shape.uniform(0.7, 1.1)
        frame.stroke(top, corner, frame.at(reach, low - shape.uniform(-0.05, 0.15)))
        x = shape.uniform(0.5, 0.8)
        frame.stroke(frame.at(x + 0.04, shape.uniform(0.05, 0.5)), frame.at(x - shape.uniform(0, 0.1), 1))
    else:  # without lifting the pen
        knee = frame.at(shape.uniform(0.6, 0.9), low - shape.uniform(0.05, 0.3))
        frame.stroke(top, corner, knee, frame.at(shape.uniform(0.5, 0.75), 1))
    return frame.ink


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


def long_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 whose upstroke begins as low as its middle or its foot, which distinguishes it from a 7 by its steepness."""
    frame = Frame(shape, rng)
    frame.wide = min(frame.wide, 0.7 * frame.high)
    begins = shape.uniform(0.25, 1.0)
    top = 0.8 * frame.wide / frame.high
    out = min(shape.uniform(0.3, 0.8), 1.3 * begins / max(0.3, top))
    frame.stroke(
        frame.at(0.8 - out, begins, 0.03), frame.at(0.8, 0, 0.03), frame.at(shape.uniform(0.65, 0.85), 1, 0.03)
    )
    if shape.random() < 0.12:
        frame.stroke(frame.at(0.45, 1, 0.03), frame.at(1.1, 1, 0.03))
    return frame.ink


def looped_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 whose upstroke runs round into its stem, so that the two make a loop, as an l has one."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.3, 0.6)
    loop, x = shape.uniform(0.08, 0.35), shape.uniform(0.6, 0.8)
    low = shape.uniform(0.3, 0.6)
    frame.spline(
        frame.at(shape.uniform(-0.1, 0.25), low + shape.uniform(0.0, 0.25)),
        frame.at(x - 0.1, low - 0.08),
        frame.at(x + loop, shape.uniform(0.08, 0.2), 0.03),
        frame.at(x + 0.4 * loop, 0.0, 0.02),
        frame.at(x - loop, shape.uniform(0.12, 0.3), 0.03),
        frame.at(x - shape.uniform(0.0, 0.2), 0.65),
        frame.at(x - shape.uniform(-0.05, 0.3), 1.0),
    )
    return frame.ink


def humped_four(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 4 like an h: down, back up and over into the stem, in one stroke; or like a u with a long right leg."""
    frame = Frame(shape, rng)
    low, wide = shape.uniform(0.45, 0.72), shape.uniform(0.6, 0.95)
    if shape.random() < 0.5:
        frame.spline(
            frame.at(shape.uniform(0.1, 0.35), 0),
            frame.at(0.1, 0.45 * low),
            frame.at(0.05, low),
            frame.at(0.35 * wide, low - shape.uniform(0.1, 0.25)),
            frame.at(0.85 * wide, low - shape.uniform(0.05, 0.2)),
            frame.at(wide, 0.75),
            frame.at(wide - shape.uniform(0, 0.15), 1),
        )
        return frame.ink
    head = shape.uniform(0, 0.35)
    frame.spline(
        frame.at(0.1, shape.uniform(0, 0.25)),
        frame.at(0.05, 0.7 * low),
        frame.at(0.3, low),
        frame.at(0.8 * wide, low - shape.uniform(0.05, 0.25)),
        frame.at(wide, head),
    )
    frame.stroke(frame.at(wide, head, 0.02), frame.at(wide - shape.uniform(0, 0.2), 1))
    return frame.ink


def looped_two(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 2 that begins with a closed curl, so that its head is that of a 9, with or without a loop at its foot."""
    frame = Frame(shape, rng)
    curl = shape.uniform(0.2, 0.42)
    neck = shape.uniform(0.3, 0.55)
    start = [frame.at(shape.uniform(0.25, 0.5), curl + shape.uniform(-0.05, 0.12)), frame.at(0.1, curl)]
    if shape.random() < 0.5:
        start = [frame.at(0.45, curl + 0.1), frame.at(0.25, curl + 0.15), frame.at(0.05, curl)]
    foot = (
        [frame.at(0.15, 0.95), frame.at(0.02, 0.85), frame.at(0.2, 0.78), frame.at(0.5, 0.95)]
        if shape.random() < 0.4
        else [frame.at(0.1, 0.92), frame.at(0.3, 0.93)]
    )
    frame.spline(
        *start,
        frame.at(0.2, 0.08),
        frame.at(0.55, 0.0),
        frame.at(0.8, 0.18),
        frame.at(0.72, neck + 0.05),
        frame.at(0.4, 0.7),
        *foot,
        frame.at(shape.uniform(0.75, 1.1), shape.uniform(0.85, 1.0)),
    )
    return frame.ink


def curled_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 like a P, a g or an e: a wide head, and a tail that is short, straight, or curls far to the left."""
    frame = Frame(shape, rng)
    deep = shape.uniform(0.4, 0.6)
    kind = shape.random()
    head = [
        frame.at(0.75, shape.uniform(0.08, 0.3)),
        frame.at(0.4, 0.02),
        frame.at(0.08, 0.5 * deep),
        frame.at(0.35, deep),
        frame.at(0.75, 0.6 * deep),
        frame.at(0.85, 0.12),
    ]
    if kind < 0.4:
        tail = [frame.at(0.8, 0.6), frame.at(shape.uniform(0.55, 0.8), 0.9), frame.at(shape.uniform(0.0, 0.4), 1.0)]
        if shape.random() < 0.5:
            tail.append(frame.at(shape.uniform(-0.1, 0.15), shape.uniform(0.75, 0.95)))
        frame.spline(*head, *tail)
    elif kind < 0.7:  # from the foot up the stem and round, as a P is written
        x = shape.uniform(0.1, 0.35)
        frame.spline(
            frame.at(x, 1),
            frame.at(x + 0.05, 0.5),
            frame.at(x + 0.1, 0.1),
            frame.at(0.6, 0.0),
            frame.at(0.95, 0.2),
            frame.at(0.7, deep - 0.05),
            frame.at(x, deep),
        ) if shape.random() < 0.25 else frame.spline(*head, frame.at(0.8, 0.55), frame.at(shape.uniform(0.6, 0.85), 1))
    else:  # the head is written from its right, and the tail swings under it
        frame.spline(
            frame.at(0.8, 0.3),
            frame.at(0.6, 0.02),
            frame.at(0.15, 0.12),
            frame.at(0.15, deep),
            frame.at(0.6, deep),
            frame.at(0.85, 0.25),
            frame.at(0.9, 0.6),
            frame.at(0.6, 0.95),
            frame.at(shape.uniform(0.05, 0.3), 0.95),
        )
    return frame.ink


def flagged_five(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 5 whose flag is a stroke of its own, beside the body or far from it, or hardly there."""
    frame = Frame(shape, rng)
    x = shape.uniform(0.2, 0.45)
    waist = shape.uniform(0.35, 0.5)
    top = frame.at(x + 0.05, shape.uniform(0.0, 0.12))
    frame.spline(
        top,
        frame.at(x - 0.03, waist),
        frame.at(x + 0.25, waist - shape.uniform(-0.02, 0.08)),
        frame.at(0.85, 0.65),
        frame.at(0.6, 0.95),
        frame.at(shape.uniform(-0.1, 0.25), shape.uniform(0.88, 1.0)),
    )
    if shape.random() < 0.85:
        begin = x + (shape.uniform(-0.05, 0.2) if shape.random() < 0.7 else shape.uniform(0.2, 0.5))
        y = shape.uniform(-0.05, 0.12)
        frame.stroke(frame.at(begin, y), frame.at(begin + shape.uniform(0.25, 0.8), y - shape.uniform(-0.03, 0.1)))
    return frame.ink


def curled_zero(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 0 that is not closed cleanly: its ends cross at the top, or curl inwards or on to the next digit."""
    frame = Frame(shape, rng)
    frame.wide = max(frame.wide, 0.6 * frame.high)
    start = frame.at(shape.uniform(0.4, 0.9), shape.uniform(-0.08, 0.2))
    ends = {
        0: [frame.at(0.6, -0.05), frame.at(shape.uniform(0.2, 0.45), shape.uniform(0.05, 0.5))],
        1: [frame.at(0.75, 0.0), frame.at(shape.uniform(1.0, 1.3), shape.uniform(-0.1, 0.15))],
        2: [frame.at(0.5, 0.02), frame.at(0.4, 0.2), frame.at(0.6, 0.25), frame.at(0.8, 0.08)],
    }[int(shape.integers(3))]
    frame.spline(
        start,
        frame.at(0.35, 0.03),
        frame.at(0.05, 0.35),
        frame.at(0.1, 0.75),
        frame.at(0.5, 1.0),
        frame.at(0.9, 0.75),
        frame.at(0.92, 0.3),
        *ends,
    )
    return frame.ink


def stemmed_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 like the Greek koppa or rho: a round head, begun at its left or below, and a stem from under it that
    is short, straight, and hardly to its right; or like a P, the stem at its left."""
    frame = Frame(shape, rng)
    frame.wide = max(frame.wide, 0.5 * frame.high)
    deep, stem = shape.uniform(0.45, 0.65), shape.uniform(0.3, 0.85)
    foot = frame.at(stem + shape.uniform(-0.35, 0.1), 1)
    around = [frame.at(0.15, 0.12), frame.at(0.55, 0.0), frame.at(0.92, 0.3 * deep), frame.at(0.85, 0.8 * deep)]
    kind = shape.random()
    if kind < 0.15:  # down the stem, back up and round into it again
        x = shape.uniform(0.15, 0.45)
        foot = frame.at(x + shape.uniform(-0.25, 0.05), 1)
        bow = [frame.at(0.5, 0.0), frame.at(0.92, 0.25 * deep), frame.at(0.75, 0.9 * deep), frame.at(x, deep)]
        if shape.random() < 0.5:
            bow.append(frame.at(x - 0.12, shape.uniform(0.6, 0.9) * deep))
        frame.stroke(frame.at(x, shape.uniform(0.02, 0.2)), foot)
        frame.spline(frame.at(x - shape.uniform(0, 0.2), shape.uniform(0.05, 0.3)), *bow)
    elif kind < 0.5:  # across the head from the left, over the top, and down behind itself
        frame.spline(frame.at(shape.uniform(0.45, 0.85), deep), frame.at(0.12, 0.8 * deep), frame.at(0.05, 0.4 * deep))
        frame.spline(frame.at(0.05, 0.4 * deep, 0.02), *around, frame.at(stem, deep + 0.08), foot)
    elif kind < 0.68:  # a head that never closes
        open_to = frame.at(shape.uniform(0.15, 0.5), shape.uniform(0.8, 1.0) * deep)
        begin = (
            [frame.at(0.5, 0.55 * deep), frame.at(0.2, 0.6 * deep)]
            if shape.random() < 0.5
            else [open_to, frame.at(0.06, 0.5 * deep)]
        )
        frame.spline(*begin, *around, frame.at(stem, deep + 0.1), foot)
    else:  # a ring, and a stroke of its own
        frame.spline(*around, frame.at(0.45, deep), frame.at(0.08, 0.75 * deep), frame.at(0.08, 0.3 * deep), around[0])
        frame.stroke(frame.at(stem, deep - shape.uniform(0, 0.25)), foot)
    return frame.ink


def fallen_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 whose head is wide and low, begun at its top, and whose tail runs out to the lower right."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.7, 1.2)
    deep = shape.uniform(0.45, 0.65)
    frame.spline(
        frame.at(shape.uniform(0.3, 0.85), shape.uniform(0.0, 0.3)),
        frame.at(0.25, 0.15),
        frame.at(0.02, 0.65 * deep),
        frame.at(0.3, deep),
        frame.at(0.78, 0.65 * deep),
        frame.at(0.75, 0.1),
        frame.at(0.45, 0.0),
        frame.at(0.3, 0.08),
    )
    start = frame.at(shape.uniform(0.5, 0.7), deep - shape.uniform(0.0, 0.12))
    frame.stroke(start, frame.at(shape.uniform(0.7, 1.05), shape.uniform(0.9, 1.05)))
    return frame.ink


def straight_five(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 5 in haste: a flag at its top, a long straight back, and of its belly only a small hook at the foot."""
    frame = Frame(shape, rng)
    frame.wide = min(frame.wide, 0.7 * frame.high)
    x, belly = shape.uniform(0.3, 0.5), shape.uniform(0.0, 0.3)
    waist = shape.uniform(0.3, 0.5)
    flag = frame.at(x + shape.uniform(0.35, 0.75), shape.uniform(-0.08, 0.08))
    body = [
        frame.at(x, waist),
        frame.at(x + 0.1 + belly, waist + 0.12),
        frame.at(x + 0.05 + belly, 0.82),
        frame.at(x - 0.2, shape.uniform(0.95, 1.05)),
        frame.at(x - shape.uniform(0.3, 0.55), shape.uniform(0.8, 0.98)),
    ]
    if shape.random() < 0.6:
        frame.stroke(flag, frame.at(x + 0.05, 0.04), body[0])
        frame.spline(*body)
    else:
        frame.spline(frame.at(x + 0.05, 0.0), *body)
        frame.stroke(frame.at(x, shape.uniform(-0.05, 0.1)), flag)
    return frame.ink


def smooth_five(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 5 in one smooth stroke, as an S is written."""
    frame = Frame(shape, rng)
    waist = shape.uniform(0.38, 0.52)
    frame.spline(
        frame.at(shape.uniform(0.75, 1.15), shape.uniform(-0.05, 0.15)),
        frame.at(0.5, shape.uniform(-0.02, 0.06), 0.03),
        frame.at(0.15, 0.55 * waist),
        frame.at(0.45, waist, 0.03),
        frame.at(0.85, 0.5 * (1 + waist)),
        frame.at(0.5, 1.0, 0.03),
        frame.at(shape.uniform(-0.1, 0.2), shape.uniform(0.82, 1.0)),
    )
    return frame.ink


def hooked_five(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 5 without a belly, like the sign of a root: a hook at its foot, a straight back, a flag."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.5, 0.85)
    x, lean = shape.uniform(0.3, 0.5), shape.uniform(-0.1, 0.12)
    hook = frame.at(x - shape.uniform(0.15, 0.45), shape.uniform(0.7, 0.97))
    foot = frame.at(x - 0.08, 1.0, 0.03)
    top = frame.at(x + lean, shape.uniform(0.0, 0.1), 0.03)
    flag = frame.at(x + shape.uniform(0.35, 0.8), shape.uniform(-0.1, 0.12))
    if shape.random() < 0.7:  # in one stroke
        frame.stroke(hook, foot, top, flag, bend=0.04)
    else:
        apart = shape.uniform(-0.1, 0.2)
        frame.stroke(hook, foot, top, bend=0.04)
        frame.stroke(frame.at(x + lean + apart, shape.uniform(-0.05, 0.1)), flag)
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
        y, rise = shape.uniform(0.4, 0.65), shape.uniform(-0.05, 0.12)
        frame.stroke(frame.at(shape.uniform(-0.05, 0.25), y + rise), frame.at(shape.uniform(0.7, 1.1), y - rise))
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
    y = shape.uniform(0.4, 0.72)
    rise = shape.uniform(-0.05, 0.12)
    frame.stroke(frame.at(shape.uniform(-0.1, 0.2), y + rise), frame.at(shape.uniform(0.8, 1.15), y - rise))
    return frame.ink


def footed_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 on a foot that is joined to it or crosses its end, with a curved upstroke: near to a 2."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.35, 0.65)
    x = shape.uniform(0.45, 0.7)
    start = frame.at(shape.uniform(0.0, 0.3), shape.uniform(0.15, 0.45))
    end = frame.at(x - shape.uniform(0.0, 0.25), 1.0, 0.03)
    if shape.random() < 0.5:
        frame.spline(start, frame.at(0.6 * x, 0.12), frame.at(x, 0.0), frame.at(x, 0.4), end)
    else:
        frame.stroke(start, frame.at(x, 0.0, 0.03), end)
    right = frame.at(shape.uniform(0.75, 1.15), shape.uniform(0.93, 1.03), 0.02)
    left = end if shape.random() < 0.4 else frame.at(shape.uniform(-0.1, 0.2), shape.uniform(0.97, 1.04), 0.02)
    frame.stroke(left, right)
    return frame.ink


def open_zero(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 0 with a gap at its top or side, such as one in a quick row of them."""
    frame = Frame(shape, rng)
    frame.high *= shape.uniform(0.6, 1)
    frame.wide = frame.high * shape.uniform(0.6, 1.1)
    begins, way = shape.uniform(-2.9, -0.5), 1 if shape.random() < 0.3 else -1
    turns = way * (2 * np.pi - shape.uniform(0.2, 1.0))
    angles = np.linspace(begins, begins + turns, 9)
    sizes = np.linspace(shape.uniform(0.42, 0.52), shape.uniform(0.42, 0.52), 9)
    frame.spline(
        *(frame.at(0.5 + r * np.cos(a), 0.5 + r * np.sin(a), 0.02) for a, r in zip(angles, sizes, strict=True))
    )
    return frame.ink


def open_eight(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """An 8 as an S whose way back up does not meet its beginning, or crosses it; the lower ring may be small."""
    frame = Frame(shape, rng)
    waist, low = shape.uniform(0.35, 0.6), shape.uniform(0.6, 1.0)
    start = frame.at(shape.uniform(0.6, 1.05), shape.uniform(-0.05, 0.22))
    middle = frame.at(0.5, waist)
    end = frame.at(shape.uniform(0.6, 1.2), shape.uniform(-0.1, 0.3))
    frame.spline(
        start,
        frame.at(0.5, 0.02),
        frame.at(0.15, 0.5 * waist),
        middle,
        frame.at(0.5 + 0.35 * low, 0.5 * (1 + waist)),
        frame.at(0.5, 1.0),
        frame.at(0.5 - 0.4 * low, 0.5 * (1 + waist)),
        frame.at(0.5, waist),
        end,
    )
    return frame.ink


def tailed_three(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 3 with a small loop at its waist, or a flat roof, and a foot that curls back."""
    frame = Frame(shape, rng)
    waist = shape.uniform(0.35, 0.5)
    roof = (
        [frame.at(0.1, 0.05), frame.at(0.8, 0.0)]
        if shape.random() < 0.3
        else [frame.at(0.1, shape.uniform(0.05, 0.25)), frame.at(0.45, 0.0), frame.at(0.8, 0.2)]
    )
    loop = [frame.at(0.3, waist + 0.05), frame.at(0.28, waist - 0.06)] if shape.random() < 0.5 else []
    foot = [frame.at(0.45, 1.0), frame.at(0.05, shape.uniform(0.82, 0.98))]
    if shape.random() < 0.4:
        foot += [frame.at(0.1, 0.75), frame.at(0.35, 0.85)]
    frame.spline(*roof, frame.at(0.4, waist), *loop, frame.at(0.85, 0.7), *foot)
    return frame.ink


def sinking_three(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 3 whose lower bow is small, and ends in a curl or a stroke to the left beneath it, as that of a z may."""
    frame = Frame(shape, rng)
    waist = shape.uniform(0.35, 0.5)
    low = waist + shape.uniform(0.25, 0.4)
    end = (
        [frame.at(0.0, 0.9), frame.at(0.1, 0.78), frame.at(shape.uniform(0.5, 0.9), shape.uniform(0.85, 1.0))]
        if shape.random() < 0.5
        else [frame.at(shape.uniform(-0.25, 0.05), shape.uniform(0.95, 1.05))]
    )
    frame.spline(
        frame.at(0.1, shape.uniform(0.05, 0.25)),
        frame.at(0.45, 0.0),
        frame.at(0.8, 0.5 * waist),
        frame.at(0.4, waist),
        frame.at(0.75, low),
        frame.at(0.45, 1.0),
        *end,
    )
    return frame.ink


def rounded_four(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 4 whose first stroke bends round at its foot without a corner, as that of a 6 or a C does; a short stem crosses
    it or hangs at its end."""
    frame = Frame(shape, rng)
    low, x = shape.uniform(0.55, 0.75), shape.uniform(0.5, 0.75)
    frame.spline(
        frame.at(shape.uniform(0.3, 0.65) if shape.random() < 0.65 else shape.uniform(0.65, 0.95), 0),
        frame.at(0.15, 0.55 * low),
        frame.at(0.05, 0.9 * low),
        frame.at(0.2, low + 0.03),
        frame.at(x, low),
        frame.at(shape.uniform(0.85, 1.1), low - shape.uniform(0.0, 0.12)),
    )
    frame.stroke(
        frame.at(x, low - shape.uniform(0.05, 0.35)), frame.at(x - shape.uniform(-0.05, 0.15), shape.uniform(0.9, 1.1))
    )
    return frame.ink


def tied_eight(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """An 8 written like a 2 whose foot is a ring: over the top from the left, down across, round, and up to its head,
    which it may not reach."""
    frame = Frame(shape, rng)
    waist = shape.uniform(0.35, 0.55)
    end = frame.at(shape.uniform(0.05, 0.45), shape.uniform(0.05, 0.3))
    frame.spline(
        frame.at(shape.uniform(0.05, 0.35), shape.uniform(0.05, 0.3)),
        frame.at(0.45, 0.0),
        frame.at(0.8, 0.5 * waist),
        frame.at(0.5, waist),
        frame.at(0.12, 0.5 * (1 + waist)),
        frame.at(0.45, 1.0),
        frame.at(0.9, 0.5 * (1 + waist) + 0.05),
        frame.at(shape.uniform(0.4, 0.6), waist + shape.uniform(-0.03, 0.1)),
        *([end] if shape.random() < 0.7 else []),
    )
    return frame.ink


SEGMENTS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "0": (((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)),),
    "2": (((0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 1), (1, 1)),),
    "3": (((0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)), ((0.1, 0.5), (1, 0.5))),
    "4": (((0, 0), (0, 0.5), (1, 0.5)), ((1, 0), (1, 1))),
    "5": (((1, 0), (0, 0), (0, 0.5), (1, 0.5), (1, 1), (0, 1)),),
    "6": (((1, 0), (0, 0), (0, 1), (1, 1), (1, 0.5), (0, 0.5)),),
    "7": (((0, 0), (1, 0), (1, 1)),),
    "8": (((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), ((0, 0.5), (1, 0.5))),
    "9": (((1, 0.5), (0, 0.5), (0, 0), (1, 0), (1, 1), (0, 1)),),
}
"""The ways of a pen along the segments of a display's 8, for each digit that is not a single one of them."""


def segmented(symbol: str) -> Callable[[Gray, np.random.Generator, np.random.Generator], Gray]:
    """How a form with the segments of an 8 printed in its cells has `symbol` written: along them."""

    def draw(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
        frame = Frame(shape, rng)
        frame.wide = frame.high * shape.uniform(0.38, 0.75)
        frame.lean = shape.uniform(-0.08, 0.15)
        loose, bend = shape.uniform(0.005, 0.04), shape.uniform(0.01, 0.05)
        ways = [list(way) for way in SEGMENTS[symbol]]
        if symbol == "7" and shape.random() < 0.4:  # down its first segment too
            ways[0].insert(0, (0, shape.uniform(0.25, 0.5)))
        if symbol == "9" and shape.random() < 0.4:  # without its foot
            ways[0].pop()
        for way in ways:
            frame.stroke(*(frame.at(x, y, loose) for x, y in way), bend=bend)
        return frame.ink

    return draw
