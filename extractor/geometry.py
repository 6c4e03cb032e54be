"""Geometry of pictures: where mappings put points, and what lies between pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Points

NOWHERE = 1e-12
"""Depths nearer to 0 than this are taken for it: such points are seen by no camera."""

FLAT = 1e-9
"""Three values that bend by less than this have no peak."""

FROM_CENTRE = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1.0)))
FROM_EDGE = np.array(((1, 0, -0.5), (0, 1, -0.5), (0, 0, 1.0)))
"""From coordinates measured from the centre of the first pixel to those from the picture's edge, and back."""

MOST_FORESHORTENED = 0.2
"""On a sheet that is not nearly edge-on, the least share that the nearest corner's depth, or the largest side's scale,
leaves for the others."""


def transform(matrix: Points, points: Points) -> Points:
    """Where `matrix`, shape (3, 3), puts `points`, shape (..., 2)."""
    if not points.size:
        # OpenCV gives nothing back, and no empty array.
        return np.zeros(points.shape)
    placed = cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix)
    return np.asarray(placed, np.float64).reshape(points.shape)


def transform_all(matrices: Points, points: Points) -> Points:
    """Where each of `matrices`, shape (k, 3, 3), puts `points`, shape (n, 2): shape (k, n, 2)."""
    flat = np.c_[points, np.ones(len(points))] @ matrices.transpose(0, 2, 1)
    depth = flat[..., 2:]
    placed: Points = flat[..., :2] / np.where(np.abs(depth) < NOWHERE, NOWHERE, depth)
    return placed


def between_centres(matrix: Points) -> Points:
    """`matrix`, shape (3, 3), from one picture's coordinates to another's, both measured from the picture's edge, for
    coordinates measured from the centre of the first pixel, as OpenCV's are."""
    return np.asarray(FROM_EDGE @ matrix @ FROM_CENTRE, np.float64)


def peak_beside(values: NDArray[Any], at: int) -> float:
    """How far from `at`, where the greatest of `values` is, the top of a parabola through it and its neighbours lies:
    -0.5 to 0.5; 0 at either end."""
    if not 0 < at < len(values) - 1:
        return 0.0
    before, here, after = (float(one) for one in values[at - 1 : at + 2])
    bend = before - 2 * here + after
    return max(-0.5, min(0.5, 0.5 * (before - after) / bend)) if bend < -FLAT else 0.0


def are_plausible(matrices: Points, points: Points) -> NDArray[np.bool_]:
    """Which mappings, shape (k, 3, 3), of flat `points`, shape (n, 2), a camera could have seen, shape (k,): not
    mirrored, not folded over, not nearly edge-on."""
    middle = points.mean(0)
    spread = np.maximum(points.max(0) - points.min(0), 1e-6) / 2
    corners = middle + spread * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    depth = np.c_[corners, np.ones(4)] @ matrices[:, 2].T
    before = (depth.max(0) > 0) & (depth.min(0) > MOST_FORESHORTENED * depth.max(0))
    seen = transform_all(matrices, corners)
    sides = np.roll(seen, -1, axis=1) - seen
    after = np.roll(sides, -1, axis=1)
    turns = sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0]
    scales = np.sqrt((sides**2).sum(-1)) / (2 * spread[[0, 1, 0, 1]])
    return np.asarray(before & (turns > 0).all(1) & (scales.min(1) > MOST_FORESHORTENED * scales.max(1)), np.bool_)


def together(count: int, pairs: Iterable[tuple[int, int]]) -> list[NDArray[np.intp]]:
    """The numbers from 0 to `count` - 1 in groups, those of each of `pairs` in one; each group in order, and the groups
    by their first (B. Galler and M. Fischer, 1964)."""
    first = list(range(count))

    def first_of(one: int) -> int:
        while first[one] != one:
            first[one] = first[first[one]]
            one = first[one]
        return one

    for a, b in pairs:
        low, high = sorted((first_of(a), first_of(b)))
        first[high] = low
    firsts = np.array([first_of(one) for one in range(count)], np.intp)
    return [np.flatnonzero(firsts == one) for one in np.unique(firsts)]
