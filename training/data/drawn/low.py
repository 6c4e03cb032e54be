"""0 to 4, drawn."""

from __future__ import annotations

import numpy as np

from extractor.values import Gray
from training.data.frame import Frame


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


def long_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 whose upstroke begins as low as its middle or its foot, which distinguishes it from a 7 by its steepness; one
    from the foot may be as long as the stem, and as far from it there as an inverted V's."""
    frame = Frame(shape, rng)
    frame.wide = min(frame.wide, 0.7 * frame.high)
    begins = shape.uniform(0.25, 1.1)
    top = 0.8 * frame.wide / frame.high
    out = min(shape.uniform(0.3, 0.8 if begins < 0.8 else 1.15), 1.3 * begins / max(0.3, top))
    frame.stroke(
        frame.at(0.8 - out, begins, 0.03), frame.at(0.8, 0, 0.03), frame.at(shape.uniform(0.65, 0.85), 1, 0.03)
    )
    if shape.random() < 0.12:
        frame.stroke(frame.at(0.45, 1, 0.03), frame.at(1.1, 1, 0.03))
    return frame.ink


def looped_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 whose upstroke runs round into its stem, so that the two make a loop, as an l has one: small at its top, or
    down to its foot."""
    frame = Frame(shape, rng)
    frame.wide = frame.high * shape.uniform(0.3, 0.6)
    loop, x = shape.uniform(0.08, 0.35), shape.uniform(0.6, 0.8)
    if shape.random() < 0.4:
        frame.lean = min(frame.lean, 0.3)
        foot = frame.at(x - shape.uniform(0.0, 0.2), 1.0)
        tail = [frame.at(x + shape.uniform(0.1, 0.35), shape.uniform(0.92, 1.0))] if shape.random() < 0.3 else []
        frame.spline(
            frame.at(shape.uniform(-0.3, 0.2), shape.uniform(0.85, 1.15)),
            frame.at(x - 0.2, shape.uniform(0.65, 0.85)),
            frame.at(x + loop, 0.25, 0.03),
            frame.at(x + 0.6 * loop, 0.0, 0.02),
            frame.at(x - 0.6 * loop, 0.2, 0.03),
            frame.at(x - 0.2, 0.7, 0.03),
            foot,
            *tail,
        )
        return frame.ink
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


def bent_one(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 1 in one long bow, as a bracket is written, sometimes with a small hook at its top."""
    frame = Frame(shape, rng)
    frame.wide = 0.5 * frame.high
    frame.lean = shape.uniform(-0.1, 0.4)
    bow = shape.uniform(0.08, 0.35) * (1 if shape.random() < 0.8 else -1)
    hook = [frame.at(0.5 - shape.uniform(0.1, 0.35), shape.uniform(0.05, 0.25))] if shape.random() < 0.35 else []
    frame.spline(
        *hook,
        frame.at(0.5, 0.0, 0.03),
        frame.at(0.5 + bow, shape.uniform(0.35, 0.65), 0.03),
        frame.at(0.5 + bow * shape.uniform(-0.6, 0.7), 1.0, 0.03),
    )
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


def knotted_two(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 2 with a large loop at its foot, behind which little or nothing follows."""
    frame = Frame(shape, rng)
    loop = shape.uniform(0.22, 0.5)
    tail = [frame.at(shape.uniform(0.7, 1.1), shape.uniform(0.92, 1.1))] if shape.random() < 0.75 else []
    frame.spline(
        frame.at(shape.uniform(0.0, 0.3), shape.uniform(0.08, 0.3)),
        frame.at(0.4, 0.0),
        frame.at(0.8, shape.uniform(0.15, 0.3)),
        frame.at(0.62, 0.62),
        frame.at(0.28, 0.97),
        frame.at(0.02, 1 - 0.5 * loop),
        frame.at(0.25, 1 - loop),
        frame.at(0.6, 1 - 0.4 * loop),
        *tail,
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


def tall_four(_: Gray, shape: np.random.Generator, rng: np.random.Generator) -> Gray:
    """A 4 like an h: a long stroke nearly to the foot, where the pen turns up into a low hump and down again."""
    frame = Frame(shape, rng)
    low, hump = shape.uniform(0.75, 0.98), shape.uniform(0.5, 0.7)
    x, wide = shape.uniform(0.0, 0.15), shape.uniform(0.6, 0.95)
    top = frame.at(x + shape.uniform(0.0, 0.25), 0.0)
    turn = frame.at(x, low, 0.03)
    crest, foot = frame.at(wide, hump, 0.03), frame.at(wide + shape.uniform(-0.2, 0.1), shape.uniform(0.92, 1.15))
    if shape.random() < 0.5:
        frame.stroke(top, turn, crest, foot, bend=0.05)
    else:
        frame.spline(top, frame.at(x, 0.6), turn, frame.at(0.5 * wide, hump + 0.12), crest, foot)
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
