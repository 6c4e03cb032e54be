"""The printed lines of a field: found where they really are, and taken away without the strokes that cross them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.values import Floats, Gray, Mask, Points

SEEN = 0.4
"""The least share of a line's length that must be dark for the line to count as seen."""

CLEAR, DARK = 24, 190
"""Grey levels, on evenly lit paper, by which a clear line is darker than the paper, and below which all is dark."""

FAR = 0.9
"""What speaks against a shift as far as the reach, in lines seen: the form as a whole is seldom that far off."""


@dataclass(frozen=True)
class SnappedLines:
    """Positions of parallel printed lines across one axis, in pixels; `seen` says which the picture really shows."""

    at: Points
    seen: tuple[bool, ...]
    thickness: float


def line_strength(lit: Gray, thickest: float) -> Floats:
    """How much each pixel of the evenly lit picture `lit` looks like part of a vertical line, 0 to 1.

    A line is darker than what lies right and left of it, be it ever so faint; what is dark itself counts as well,
    so that the edge of something solid is seen.
    """
    wide = 2 * round(thickest) + 1
    hat = cv2.morphologyEx(lit, cv2.MORPH_BLACKHAT, np.ones((1, wide), np.uint8))
    return np.maximum(np.minimum(hat / CLEAR, 1.0), lit < DARK).astype(np.float32)


def snap_lines(
    strength: Floats, expected: Sequence[float], span: tuple[int, int], *, reach: float, thickest: float
) -> SnappedLines:
    """Vertical lines, by `strength` of each pixel, near the `expected` columns; only rows `span` are looked at.

    `reach` is how far from its place a line may be, `thickest` how thick it may be, both in pixels: what is thicker is
    the edge of something solid.

    All lines first move together by the shift that puts most of them on dark columns, then each by a little: so one
    handwritten stroke beside one line cannot pull it away, nor the line of a table around the field. Lines not seen
    stay at the common shift.
    """
    rows = strength[span[0] : span[1]]
    wanted = np.asarray(expected, np.float64)
    if rows.shape[0] == 0:
        return SnappedLines(wanted, (False,) * len(wanted), 1.0)
    profile = rows.mean(0).astype(np.float64)
    # The grain of the paper is everywhere.
    profile = np.maximum(0.0, profile - np.median(profile))
    padded = np.pad(profile, 1)
    # A line may lean over two columns on its way down; the sum of neighbours sees it all the same.
    soft = np.minimum(1.0, padded[:-2] * 0.5 + padded[1:-1] + padded[2:] * 0.5)
    shifts = np.arange(-round(reach), round(reach) + 1)
    columns = np.round(wanted[:, None] + shifts[None, :]).astype(int)
    inside = (columns >= 0) & (columns < len(profile))
    score = np.where(inside, soft[columns.clip(0, len(profile) - 1)], 0.0)
    total = np.where(score >= SEEN, score, 0.2 * score).sum(0) - FAR * (shifts / max(1.0, reach)) ** 2
    shift = int(shifts[int(total.argmax())])
    at, seen, widths = wanted + shift, [], []
    for i, column in enumerate(np.round(at).astype(int)):
        near = np.arange(max(0, column - round(reach / 3) - 1), min(len(profile), column + round(reach / 3) + 2))
        if len(near) == 0 or soft[near].max() < SEEN:
            seen.append(False)
            continue
        best = int(near[int((soft[near] - 0.02 * np.abs(near - column)).argmax())])
        low, high = _run(profile, best)
        if high - low >= thickest:
            # The edge of something solid (a black bar, a shadow): the line is its side towards the expected place.
            low, high = (low, low + 1) if abs(low - column) < abs(high - column) else (high - 1, high)
        else:
            widths.append(high - low + 1)
        at[i] = (low + high) / 2
        seen.append(True)
    return SnappedLines(at, tuple(seen), float(np.median(widths)) if widths else 1.0)


def _run(profile: np.ndarray, start: int) -> tuple[int, int]:
    """First and last of the dark columns around `start`."""
    low = high = start
    while low > 0 and profile[low - 1] >= SEEN * 0.75:
        low -= 1
    while high < len(profile) - 1 and profile[high + 1] >= SEEN * 0.75:
        high += 1
    return low, high


def without_line(ink: Mask, at: float, thickness: float) -> None:
    """Takes the vertical line at column `at` out of `ink`, shape (height, width), in place.

    Row by row: a run of ink no wider than the line is the line and goes; a run that reaches beyond it on both sides
    is a stroke crossing it and stays; one that reaches beyond on one side is a stroke that ends there and keeps
    what lies beside the line.
    """
    width = ink.shape[1]
    half = thickness / 2
    low, high = max(0, int(np.floor(at - half - 0.5))), min(width, int(np.ceil(at + half + 1.5)))
    if low >= high:
        return
    band = ink[:, low:high]
    left = ink[:, low - 1] > 0 if low > 0 else np.zeros(len(ink), bool)
    right = ink[:, high] > 0 if high < width else np.zeros(len(ink), bool)
    # A stroke that crosses at a slant leaves the band a row or two higher on one side than on the other.
    crossing = _spread(left, thickness) & _spread(right, thickness)
    band[~crossing] = 0


def _spread(flags: np.ndarray, thickness: float) -> np.ndarray:
    reach = max(1, round(thickness / 2))
    out = flags.copy()
    for step in range(1, reach + 1):
        out[step:] |= flags[:-step]
        out[:-step] |= flags[step:]
    return out
