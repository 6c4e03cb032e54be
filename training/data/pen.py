"""Other pens and hands: a real symbol drawn larger, bent a little, with a thinner or thicker stroke."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.segmentation.crop import SIZE
from extractor.values import Gray

ENLARGED = 3
CANVAS = SIZE * ENLARGED
"""Symbols are changed at three times MNIST's size, so that a hair-line has pixels to lose."""

FIELDS = 256
"""Elastic displacements to choose from."""


@dataclass(frozen=True)
class Bend:
    """How far a hand may depart from the sample: degrees, shear, relative sizes, MNIST pixels of elastic shift."""

    turn: float = 12
    shear: float = 0.25
    size: float = 0.2
    elastic: float = 1.0


MILD = Bend(turn=7, shear=0.1, size=0.08, elastic=0.45)
WILD = Bend()
STEEP = Bend(turn=8, shear=0.5)


@lru_cache(maxsize=1)
def _grids() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    ys, xs = np.mgrid[0:CANVAS, 0:CANVAS].astype(np.float32) - (CANVAS - 1) / 2
    return xs, ys


@lru_cache(maxsize=1)
def _displacements() -> NDArray[np.float32]:
    """Smooth random fields of unit standard deviation, shape (FIELDS, CANVAS, CANVAS)."""
    rng = np.random.default_rng(28)
    fields = np.empty((FIELDS, CANVAS, CANVAS), np.float32)
    for index in range(FIELDS):
        coarse = rng.normal(size=(int(rng.integers(4, 8)),) * 2).astype(np.float32)
        field = cv2.resize(coarse, (CANVAS, CANVAS), interpolation=cv2.INTER_CUBIC)
        fields[index] = field / max(0.2, float(field.std()))
    return fields


def drawn_large(image: Gray, rng: np.random.Generator, bend: Bend) -> Gray:
    """A 28x28 symbol at three times its size, turned, slanted, stretched and bent within `bend`."""
    turn = np.deg2rad(rng.uniform(-bend.turn, bend.turn))
    shear = rng.uniform(-bend.shear, bend.shear)
    wide, high = 1 + rng.uniform(-bend.size, bend.size), 1 + rng.uniform(-bend.size, bend.size)
    cos, sin = np.cos(turn), np.sin(turn)
    a, b = cos * wide / ENLARGED, (shear * cos - sin) * wide / ENLARGED
    c, d = sin * high / ENLARGED, (cos + shear * sin) * high / ENLARGED
    xs, ys = _grids()
    # Enlarged by cubics first, then moved linearly: as smooth as a cubic move, in half the time.
    double = cv2.resize(image, (2 * SIZE, 2 * SIZE), interpolation=cv2.INTER_CUBIC)
    middle = np.float32((2 * SIZE - 1) / 2)
    map_x = np.float32(2 * a) * xs + np.float32(2 * b) * ys + middle
    map_y = np.float32(2 * c) * xs + np.float32(2 * d) * ys + middle
    if bend.elastic:
        amount = np.float32(2 * 0.8 * bend.elastic * rng.uniform(0, 1))
        first, second = rng.integers(0, FIELDS, 2)
        map_x += amount * _displacements()[first]
        map_y += amount * _displacements()[second]
    return cv2.remap(double, map_x, map_y, cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def stroke_width(ink: Gray) -> float:
    """The usual width of the strokes in `ink`, in its own pixels (at least 1)."""
    mask = (ink > 127).astype(np.uint8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    inner = depth[mask > 0]
    # Within a stroke of half-width h the depths run evenly from 0 to h, so that their mean is h / 2.
    return max(1.0, 4 * float(inner.mean())) if inner.size else 1.0


def with_width(ink: Gray, width: float) -> Gray:
    """`ink` with strokes of about `width` pixels: thinned towards their middle without breaking, or fattened."""
    now = stroke_width(ink)
    if width < 0.85 * now:
        mask = (ink > 127).astype(np.uint8)
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
        reach = 2 * round(now / 2) + 1
        ridge = cv2.dilate(depth, np.ones((reach, reach), np.uint8))
        keep = (depth > (1 - width / now) * ridge - 0.2) & (mask > 0)
        # The middle line stays also where the stroke is narrower than nearby, or it would break there.
        middle = (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 0.4) & (depth > 0.35 * ridge)
        keep |= middle
        return cv2.GaussianBlur(keep.astype(np.uint8) * 255, (3, 3), 0).astype(np.uint8, copy=False)
    if width > 1.15 * now:
        more = max(3, 2 * round((width - now) / 2) + 1)
        shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (more, more))
        return cv2.dilate(ink, shape).astype(np.uint8, copy=False)
    return ink


def other_pen(ink: Gray, rng: np.random.Generator) -> Gray:
    """`ink` at three times MNIST's size, written with another pen: hair-line to felt tip, or as it is."""
    kind = rng.random()
    if kind < 0.35:
        return ink
    if kind < 0.75:
        return with_width(ink, rng.uniform(2.2, 6.5))
    return with_width(ink, rng.uniform(7, 14))
