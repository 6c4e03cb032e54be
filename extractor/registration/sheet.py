"""The outline of a sheet of paper in a photograph."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray, Points

SIDE = 400
"""Pixels of the long side on which the outline is looked for."""


def find_sheet(image: Gray) -> Points | None:
    """The corners of the bright sheet on a darker ground, shape (4, 2), clockwise, in pixels; None without one.

    A sheet that fills the picture has no outline and needs none.
    """
    scale = SIDE / max(image.shape)
    if min(image.shape) * scale < 40:
        return None
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    # Lettering and lines vanish in the brightness around them.
    bright = as_gray(cv2.medianBlur(as_gray(cv2.dilate(small, np.ones((7, 7), np.uint8))), 9))
    best: tuple[float, Points] | None = None
    threshold, _ = cv2.threshold(bright, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for level in (threshold, (threshold + 255) / 2, threshold * 0.8):
        mask = (bright > level).astype(np.uint8)
        mask = as_gray(cv2.erode(mask, np.ones((7, 7), np.uint8)))
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        if not contours:
            continue
        outline = cv2.convexHull(max(contours, key=cv2.contourArea))
        area = cv2.contourArea(outline)
        if not 0.12 * small.size < area < 0.96 * small.size:
            continue
        for loose in (0.01, 0.02, 0.03, 0.05):
            quad = cv2.approxPolyDP(outline, loose * cv2.arcLength(outline, True), True).reshape(-1, 2)
            if len(quad) == 4:
                share = cv2.contourArea(quad) / area
                if share > 0.88 and (best is None or share > best[0]):
                    best = (share, _clockwise(quad / scale))
                break
    return best[1] if best else None


def _clockwise(quad: Points) -> Points:
    """The same corners, clockwise on the screen, from the one nearest to the picture's top left."""
    if cv2.contourArea(quad.astype(np.float32), oriented=True) < 0:
        quad = quad[::-1]
    return np.asarray(np.roll(quad, -int(quad.sum(1).argmin()), axis=0), np.float64)
