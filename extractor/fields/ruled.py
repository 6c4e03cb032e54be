"""Ruled writing lines that run through a picture: found as long level runs of ink, and taken away."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.values import Gray

FULL = 127


def without_ruled_lines(ink: Gray) -> Gray:
    """`ink`, shape (height, width), without level lines that run through most of it; strokes across them stay."""
    height, width = ink.shape
    solid = (ink >= FULL).astype(np.uint8)
    # A line that leans a little steps from row to row: joined over three rows it is still one long run.
    thick = cv2.dilate(solid, np.ones((3, 1), np.uint8))
    length = max(round(1.2 * height), round(0.3 * width), 12)
    if length >= width:
        return ink
    runs = as_gray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))) & solid
    count, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    out = ink
    for label in range(1, count):
        left, top, w, h, area = (int(v) for v in stats[label])
        if w < 0.5 * width or area / w > 0.2 * height or h > 0.35 * height:
            continue
        if out is ink:
            out = ink.copy()
        _erase(out, labels[top : top + h, left : left + w] == label, left, top)
    return out


def _erase(ink: Gray, line: np.ndarray, left: int, top: int) -> None:
    """Takes one line's pixels away except where a stroke comes through from above to below."""
    height = ink.shape[0]
    columns = np.flatnonzero(line.any(0))
    first = line.argmax(0)[columns] + top
    last = top + line.shape[0] - 1 - line[::-1].argmax(0)[columns]
    at = columns + left
    thick = int(np.median(last - first + 1))
    above = ink[np.maximum(first - 2, 0), at] >= FULL
    below = ink[np.minimum(last + 2, height - 1), at] >= FULL
    reach = max(1, thick)
    through = _near(above, reach) & _near(below, reach)
    for column, low, high, cross in zip(at, first, last, through, strict=True):
        if not cross:
            # One row more on each side: the soft edge of the line.
            ink[max(0, low - 1) : high + 2, column] = 0


def _near(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    spread = as_gray(cv2.dilate(flags.astype(np.uint8)[None], np.ones((1, 2 * reach + 1), np.uint8)))[0]
    return np.asarray(spread, np.bool_)
