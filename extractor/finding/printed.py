"""Whether what stands in a box was printed there: then the box is a frame around text and no field."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.values import Box, Mask, Points

SMALL = 0.34
"""Lettering below this share of the box's height is print: people write larger than that."""


def is_printed(dark: Mask, box: Box, long_side: int) -> bool:
    """Whether the ink of `dark` (255 = ink) in `box` is print rather than writing; False without ink.

    Print is small for its box, or stands in rows: most letters on one base line and of one of two heights.
    """
    letters = pieces_inside(dark, box, long_side)
    if len(letters) < 2:
        return False
    heights = letters[:, 3]
    tall = float(np.percentile(heights, 75))
    if len(letters) >= 3 and tall < SMALL * box.height:
        return True
    if len(letters) < 4 or tall > 0.62 * box.height:
        return False
    return _in_rows(letters, tall)


def pieces_inside(dark: Mask, box: Box, long_side: int) -> Points:
    """Left, top, width and height of the pieces of ink in `box`, shape (n, 4), without dirt and without what hugs
    the box's own lines; in pixels from the corner of the part looked at."""
    inset = max(1.0, 0.001 * long_side)
    top, left = max(0, round(box.top + inset)), max(0, round(box.left + inset))
    part = dark[top : round(box.bottom - inset), left : round(box.right - inset)]
    if part.size == 0:
        return np.zeros((0, 4))
    _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    found = stats[1:].astype(np.float64)
    least = max(3.0, 0.0028 * long_side)
    x, y, w, h = found[:, :4].T
    edge = (x <= 1) | (y <= 1) | (x + w >= part.shape[1] - 1) | (y + h >= part.shape[0] - 1)
    residue = edge & (np.minimum(w, h) < least)
    return found[(h >= least) & (found[:, 4] >= least) & ~residue, :4]


def _in_rows(letters: Points, tall: float) -> bool:
    """Whether most letters end on common base lines and are as high as many others."""
    bottoms, heights = letters[:, 1] + letters[:, 3], letters[:, 3]
    slack = max(1.0, 0.07 * tall)
    same_base = np.abs(bottoms[:, None] - bottoms[None, :]) <= slack
    same_height = np.abs(heights[:, None] - heights[None, :]) <= slack
    alike = (same_base & same_height).sum(1) - 1
    return bool((alike >= max(1.0, 0.3 * (len(letters) - 1))).mean() >= 0.7)
