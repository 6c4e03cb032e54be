"""Where touching symbols may be parted: cheap seams through the ink from top to bottom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.ink import STROKE
from extractor.segmentation.segmentation_parameters import SEGMENTATION, Cutting
from extractor.values import Gray


def cut_columns(piece: Gray, line_height: float, stroke: float, cutting: Cutting) -> list[int]:
    """Columns of one connected piece of ink near which two symbols may touch, from left to right.

    They are the valleys of the column profile, and of its outer contour: where the ink is thin, or where the outline
    dips from above or below, one symbol may end and the next begin.
    """
    height, width = piece.shape
    edge = max(2, round(cutting.edge * line_height))
    if width < 2 * edge + 1:
        return []
    solid = piece >= STROKE
    amount = solid.sum(0).astype(np.float64)
    top = np.where(amount > 0, solid.argmax(0), height)
    bottom = np.where(amount > 0, height - solid[::-1].argmax(0), 0)
    extent = np.maximum(bottom - top, 0)
    # Little ink is good; so is a small extent from top to bottom (the waist between two round symbols).
    cost = amount / stroke + SEGMENTATION.seam_extent * extent / stroke
    cost = _smooth(cost, max(1, round(SEGMENTATION.seam_smooth * line_height)))
    order = np.argsort(cost[edge : width - edge], kind="stable") + edge
    chosen: list[int] = []
    apart = max(2, round(cutting.apart * line_height))
    most = max(1, round(width / line_height * cutting.most))
    for column in order:
        if len(chosen) == most:
            break
        low, high = max(0, column - apart), min(width, column + apart + 1)
        if cost[column] > cost[low:high].min() + 1e-9 or any(abs(column - c) < apart for c in chosen):
            continue
        chosen.append(int(column))
    return sorted(chosen)


def seams(piece: Gray, columns: list[int], reach: int) -> NDArray[np.int64]:
    """For each column the cheapest seam from top to bottom within `reach` columns of it, shape (columns, height).

    A seam runs through paper where it can and through ink where it is thin; it moves at most one column per row.
    Source: J. Wang and J. Jean, "Segmentation of merged characters by neural networks and shortest path", 1994.
    """
    height, width = piece.shape
    offsets = np.arange(-reach, reach + 1)
    at = np.array(columns)[:, None] + offsets[None, :]
    inside = (at >= 0) & (at < width)
    ink = piece[:, at.clip(0, width - 1)].astype(np.float32) / 255.0
    price = np.where(inside[None], ink, 9.0) + 0.01 * np.abs(offsets) / max(1, reach) + 0.002
    # Expensive columns at both ends, so that all seams move alike; the straight one is the cheapest of equals.
    total = np.full((len(columns), 2 * reach + 3), 1e9, np.float32)
    total[:, 1:-1] = price[0]
    came = np.zeros(price.shape, np.int8)
    sideways = SEGMENTATION.seam_sideways
    for row in range(1, height):
        best = total[:, 1:-1].copy()
        left, right, turned = total[:, :-2] + sideways, total[:, 2:] + sideways, came[row]
        turned[left < best] = -1
        np.minimum(best, left, out=best)
        turned[right < best] = 1
        np.minimum(best, right, out=best)
        total[:, 1:-1] = best + price[row]
    total = total[:, 1:-1]
    where = total.argmin(1)
    path = np.zeros((len(columns), height), np.int64)
    rows = np.arange(len(columns))
    for row in range(height - 1, -1, -1):
        path[:, row] = at[rows, where]
        where = where + came[row, rows, where]
    return path


def _smooth(profile: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    kernel = np.ones(2 * reach + 1) / (2 * reach + 1)
    return np.convolve(np.pad(profile, reach, mode="edge"), kernel, mode="valid")
