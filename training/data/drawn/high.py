"""5, 8 and 9, drawn."""

from __future__ import annotations

import numpy as np

from extractor.values import Gray
from training.data.frame import Frame


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
    """A 5 without a belly, like the sign of a root: a hook at its foot, long or short, a straight back, and a flag that
    may lie far off."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.5, 0.85)
    x, lean = shape.uniform(0.3, 0.5), shape.uniform(-0.1, 0.12)
    hook = frame.at(x - shape.uniform(0.15, 0.5), shape.uniform(0.4, 0.97))
    foot = frame.at(x - 0.08, 1.0, 0.03)
    top = frame.at(x + lean, shape.uniform(0.0, 0.1), 0.03)
    reach = shape.uniform(0.35, 1.0)
    flag = frame.at(x + reach, shape.uniform(-0.1, 0.12) - shape.uniform(0.0, 0.3) * reach)
    if shape.random() < 0.65:  # in one stroke
        frame.stroke(hook, foot, top, flag, bend=0.04)
    else:
        apart = shape.uniform(-0.1, 0.3)
        frame.stroke(hook, foot, top, bend=0.04)
        frame.stroke(frame.at(x + lean + apart, shape.uniform(-0.05, 0.1)), flag)
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


def tied_eight(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """An 8 written like a 2 whose foot is a ring: over the top from the left, down across, round, and up to its head,
    which it may not reach."""
    frame = Frame(shape, rng)
    waist, ring = shape.uniform(0.35, 0.6), shape.uniform(0.6, 1.05)
    end = frame.at(shape.uniform(0.05, 0.45), shape.uniform(0.05, 0.3))
    frame.spline(
        frame.at(shape.uniform(0.0, 0.35), shape.uniform(0.05, 0.35)),
        frame.at(0.45, 0.0),
        frame.at(0.8, 0.5 * waist),
        frame.at(0.5, waist),
        frame.at(0.5 - 0.38 * ring, 0.5 * (1 + waist)),
        frame.at(0.45, 1.0),
        frame.at(0.5 + 0.4 * ring, 0.5 * (1 + waist) + 0.05),
        frame.at(shape.uniform(0.4, 0.6), waist + shape.uniform(-0.03, 0.1)),
        *([end] if shape.random() < 0.55 else []),
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


def crooked_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 whose stem hangs from the left of its head, in one stroke from within it: like a P, or like a crook where the
    head does not close."""
    frame = Frame(shape, rng)
    deep, x = shape.uniform(0.35, 0.55), shape.uniform(0.08, 0.3)
    inner = [frame.at(shape.uniform(0.45, 0.75), deep)]
    if shape.random() < 0.6:  # a ring
        inner = [frame.at(x + 0.02, deep + 0.02, 0.02), frame.at(0.6, 0.9 * deep)]
    frame.spline(
        *inner,
        frame.at(0.92, 0.5 * deep),
        frame.at(0.65, 0.0),
        frame.at(x + 0.1, 0.4 * deep),
        frame.at(x, deep, 0.02),
        frame.at(x + shape.uniform(0.0, 0.15), 0.75),
        frame.at(x + shape.uniform(-0.25, 0.2), 1.0),
    )
    return frame.ink


def necked_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 like an 8 that is not finished: a ring, from whose foot the stem swings out to the right and down."""
    frame = Frame(shape, rng)
    deep, neck = shape.uniform(0.38, 0.58), shape.uniform(0.15, 0.5)
    x = neck + shape.uniform(0.15, 0.5)
    frame.spline(
        frame.at(neck + shape.uniform(0.1, 0.3), deep - shape.uniform(0.0, 0.08), 0.03),
        frame.at(0.92, 0.45 * deep),
        frame.at(0.6, 0.0),
        frame.at(0.1, 0.35 * deep),
        frame.at(0.08, 0.75 * deep),
        frame.at(neck, deep, 0.03),
        frame.at(x, 0.5 * (1 + deep)),
        frame.at(x - shape.uniform(-0.05, 0.25), 1.0),
    )
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


def scripted_nine(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 9 like a script e or l: from its middle up over the top into a ring, and down along it to a foot that may turn
    to the right."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.4, 0.75)
    deep, x = shape.uniform(0.45, 0.7), shape.uniform(0.05, 0.3)
    foot = [frame.at(x + shape.uniform(0.15, 0.45), 1.0, 0.03)]
    if shape.random() < 0.6:
        foot.append(frame.at(shape.uniform(0.7, 1.0), shape.uniform(0.85, 1.0)))
    frame.spline(
        frame.at(x - shape.uniform(-0.05, 0.15), deep),
        frame.at(0.55, 0.85 * deep),
        frame.at(0.95, 0.4 * deep),
        frame.at(0.65, 0.0, 0.03),
        frame.at(x + 0.1, 0.4 * deep),
        frame.at(x, deep + 0.1),
        *foot,
    )
    return frame.ink
