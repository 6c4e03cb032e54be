"""Many mappings at once: where they put points, and which of them a camera could have seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.values import Points


def through(matrices: Points, points: Points) -> Points:
    """Where each of `matrices`, shape (k, 3, 3), puts `points`, shape (n, 2): shape (k, n, 2)."""
    flat = np.c_[points, np.ones(len(points))] @ matrices.transpose(0, 2, 1)
    depth = flat[..., 2:]
    placed: Points = flat[..., :2] / np.where(np.abs(depth) < 1e-12, 1e-12, depth)
    return placed


def are_plausible(matrices: Points, points: Points) -> NDArray[np.bool_]:
    """Which mappings, shape (k, 3, 3), of flat `points`, shape (n, 2), a camera could have seen, shape (k,): not
    mirrored, not folded over, not all but edge-on."""
    middle = points.mean(0)
    spread = np.maximum(points.max(0) - points.min(0), 1e-6) / 2
    corners = middle + spread * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    depth = np.c_[corners, np.ones(4)] @ matrices[:, 2].T
    before = (depth.max(0) > 0) & (depth.min(0) > 0.2 * depth.max(0))
    seen = through(matrices, corners)
    sides = np.roll(seen, -1, axis=1) - seen
    after = np.roll(sides, -1, axis=1)
    turns = sides[..., 0] * after[..., 1] - sides[..., 1] * after[..., 0]
    scales = np.sqrt((sides**2).sum(-1)) / (2 * spread[[0, 1, 0, 1]])
    return np.asarray(before & (turns > 0).all(1) & (scales.min(1) > 0.2 * scales.max(1)), np.bool_)
