"""QR codes and Data Matrix codes whose patterns for finding them are damaged, drawn anew from their modules.

The library finds such codes by their finder and timing patterns, and gives up where dirt lies on these, however little
the rest is damaged. These patterns say nothing: where a code lies is known, so its modules are sampled, the patterns
put right, and the error correction decides whether what is left is enough.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.values import Floats, Gray, Points

QR_SIDES, MATRIX_SIDES = (21, 25, 29, 33, 37), (10, 12, 14, 16, 18, 20, 22, 24, 26)
"""Modules along the sides of the QR codes, and of the Data Matrix codes, that are looked for."""

ALIKE = 0.72
"""The share of the modules of a code's patterns that must be as they should be."""

TRIED = 3
"""Sizes and turns of a picture's code that are drawn anew at most, the most probable first."""

DRAWN_MODULE, QUIET = 6, 4
"""Pixels of a module that is drawn anew, and modules of paper around the code."""

LEVELS = (0.5, 0.4, 0.6)
"""The share of a module that is dark from which on all of it is."""

EITHER, FLIPPED, SMALL_SIDE = 20, 4, 12
"""The most doubtful modules, of which so many at once are tried the other way, in codes with more modules along a side
than the last: some 6,000 ways, which take about a second of a processor where none is right."""

OFFSETS = (-0.5, -0.25, 0.25, 0.5)
"""Modules by which the sides of a code are tried elsewhere."""

LEAST_PIXELS = 1.5
"""Of a module."""

CLOSED = 25
"""Of the shorter side of a picture, the part across which dark modules are taken as one code."""


@dataclass(frozen=True)
class DrawnCode:
    """A code drawn anew: its `picture`, and its `corners` in the picture that it was found in, shape (4, 2), clockwise
    from where its own top left is."""

    picture: Gray
    corners: Points


@dataclass(frozen=True)
class _Placed:
    """A size and a turn that a code may have, its corners from there, and how well its patterns agree, 0 to 1."""

    kind: str
    side: int
    corners: Points
    alike: float


def drawn_anew(image: Gray) -> Iterator[DrawnCode]:
    """What the square code in `image`, shape (height, width), may be, the most probable first; nothing where there is
    none."""
    corners = _outer_corners(image)
    if corners is None:
        return
    dark = _darkness(image)
    placed = []
    for kind, sides in (("qr", QR_SIDES), ("matrix", MATRIX_SIDES)):
        for side, turn in itertools.product(sides, range(4)):
            if float(np.linalg.norm(corners[1] - corners[0])) / side < LEAST_PIXELS:
                continue
            turned = np.roll(corners, -turn, axis=0)
            placed.append(_Placed(kind, side, turned, _agreement(_sampled(dark, turned, side), kind)))
    placed.sort(key=lambda one: -one.alike)
    refined = sorted((_refined(dark, one) for one in placed[: 2 * TRIED]), key=lambda one: -one.alike)
    for one in refined[:TRIED]:
        if one.alike < ALIKE:
            return
        modules = _sampled(dark, one.corners, one.side)
        for dark_ones in _ways(modules, one.kind, doubtful=one is refined[0]):
            yield DrawnCode(_drawn(dark_ones, one.kind), one.corners)


def _ways(modules: Floats, kind: str, *, doubtful: bool) -> Iterator[NDArray[np.bool_]]:
    """Which modules may be dark, the most probable first: with `doubtful` those that dirt half covers may be either
    (D. Chase, 1972).

    A small code has too little error correction to be asked so often.
    """
    for level in LEVELS:
        yield modules > level
    if len(modules) <= SMALL_SIDE or not doubtful:
        return
    unsure = np.where(_patterns(kind, len(modules))[1], 1.0, np.abs(modules - LEVELS[0])).ravel()
    either = np.argsort(unsure, kind="stable")[:EITHER].tolist()
    plain = (modules > LEVELS[0]).ravel()
    for count in range(1, FLIPPED + 1):
        for flipped in itertools.combinations(either, count):
            taken = plain.copy()
            taken[list(flipped)] ^= True
            yield taken.reshape(modules.shape)


def _outer_corners(image: Gray) -> Points | None:
    """The corners of the largest dark thing, shape (4, 2), clockwise, if it is about as wide as high."""
    _, mask = cv2.threshold(cv2.GaussianBlur(image, (3, 3), 0), 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    size = max(3, min(image.shape) // CLOSED)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    middle, (wide, high), angle = cv2.minAreaRect(largest)
    if min(wide, high) < 0.8 * max(wide, high) or min(wide, high) < MATRIX_SIDES[0] * LEAST_PIXELS:
        return None
    points = np.asarray(cv2.boxPoints((middle, (wide + 1, high + 1), angle)), np.float64)
    # The top left first, clockwise as they are.
    return np.roll(points, -int(points.sum(1).argmin()), axis=0)


def _darkness(image: Gray) -> Floats:
    """How dark each pixel is, from 0 for paper to 1 for print."""
    light, dark = np.percentile(image, 90), np.percentile(image, 4)
    share = (light - image.astype(np.float32)) / max(1.0, float(light - dark))
    return np.asarray(np.clip(share, 0, 1), np.float32)


def _sampled(dark: Floats, corners: Points, side: int) -> Floats:
    """How dark each module is of a code of `side` by `side` of them, shape (side, side)."""
    fine = 4
    size = float(side * fine)
    there = np.array(((0, 0), (size, 0), (size, size), (0, size)), np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), there)
    flat = cv2.warpPerspective(dark, matrix, (side * fine, side * fine), flags=cv2.INTER_LINEAR)
    parts = flat.reshape(side, fine, side, fine)
    # The rim of a module takes a little of its neighbours.
    weights = np.array((0.5, 1, 1, 0.5), np.float32)
    weights /= weights.sum()
    return np.asarray(np.einsum("aibj,i,j->ab", parts, weights, weights), np.float32)


def _agreement(modules: Floats, kind: str) -> float:
    """How well the patterns in `modules` are those of a `kind` of code, 0 to 1."""
    wanted, there = _patterns(kind, len(modules))
    return float(1 - np.abs(modules[there] - wanted[there]).mean())


@cache
def _patterns(kind: str, side: int) -> tuple[Floats, NDArray[np.bool_]]:
    """The modules of a code that are the same in any of its size, 1 for dark, and where they are, both of shape
    (side, side)."""
    wanted, there = np.zeros((side, side), np.float32), np.zeros((side, side), np.bool_)
    turns = np.arange(side)
    if kind == "matrix":
        there[0], there[:, -1], there[:, 0], there[-1] = True, True, True, True
        wanted[0], wanted[:, -1] = turns % 2 == 0, turns % 2 == 1
        wanted[:, 0], wanted[-1] = 1, 1
        return wanted, there
    finder = np.ones((7, 7), np.float32)
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    there[6], there[:, 6] = True, True
    wanted[6], wanted[:, 6] = turns % 2 == 0, turns % 2 == 0
    for rows, columns in ((0, 0), (0, side - 7), (side - 7, 0)):
        low, left = max(0, rows - 1), max(0, columns - 1)
        there[low : rows + 8, left : columns + 8] = True
        wanted[low : rows + 8, left : columns + 8] = 0
        wanted[rows : rows + 7, columns : columns + 7] = finder
    there[side - 8, 8], wanted[side - 8, 8] = True, 1
    if side > QR_SIDES[0]:
        there[-9:-4, -9:-4], wanted[-9:-4, -9:-4] = True, 1
        wanted[-8:-5, -8:-5] = 0
        wanted[-7, -7] = 1
    return wanted, there


def _refined(dark: Floats, placed: _Placed) -> _Placed:
    """The same with its sides moved to where its patterns agree best."""
    best = placed
    for _ in range(2):
        for edge, off in itertools.product(range(4), OFFSETS):
            # The corners at both ends of an edge move along the edges beside it.
            corners = best.corners.copy()
            first, second = edge, (edge + 1) % 4
            for corner, other in ((first, (first - 1) % 4), (second, (second + 1) % 4)):
                corners[corner] += (best.corners[corner] - best.corners[other]) * off / best.side
            alike = _agreement(_sampled(dark, corners, best.side), best.kind)
            if alike > best.alike:
                best = _Placed(best.kind, best.side, corners, alike)
    return best


def _drawn(modules: NDArray[np.bool_], kind: str) -> Gray:
    """A clean picture of a code, its patterns as they should be."""
    wanted, there = _patterns(kind, len(modules))
    clean = np.where(there, wanted > 0, modules)
    picture = np.where(np.pad(clean, QUIET), 0, 255).astype(np.uint8)
    return as_gray(np.kron(picture, np.ones((DRAWN_MODULE, DRAWN_MODULE), np.uint8)))


def corners_in(drawn: DrawnCode, corners: Points) -> Points:
    """Where `corners`, shape (4, 2), of a picture drawn anew lie in the picture that the code was found in."""
    low, high = QUIET * DRAWN_MODULE, len(drawn.picture) - QUIET * DRAWN_MODULE
    there = np.array(((low, low), (high, low), (high, high), (low, high)), np.float32)
    matrix = cv2.getPerspectiveTransform(there, drawn.corners.astype(np.float32))
    return transform(np.asarray(matrix, np.float64), corners)
