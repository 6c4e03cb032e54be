"""Digits along the segments of a display."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from extractor.values import Gray
from training.data.frame import Frame

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
