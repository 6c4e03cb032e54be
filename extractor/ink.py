"""Ink apart from paper: uneven light evened out, then a threshold that keeps faint pen and drops watermarks."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray


def as_gray(image: NDArray[Any]) -> Gray:
    """An image from OpenCV, whose functions promise no type of pixel, as the grey one that it is."""
    return image.astype(np.uint8, copy=False)


def even_light(image: Gray, reach: int) -> Gray:
    """`image` divided by the paper's own brightness, so that paper is near 255 everywhere.

    `reach` is the size in pixels of the largest dark thing that is not shadow (a mark, a thick stroke); light is
    taken as the brightest value within that distance, smoothed, on a reduced image.
    """
    step = max(1, reach // 4)
    small: NDArray[Any] = image
    if step > 1:
        reduced = (max(1, round(image.shape[1] / step)), max(1, round(image.shape[0] / step)))
        small = cv2.resize(image, reduced, interpolation=cv2.INTER_AREA)
    size = 2 * max(1, round(reach / step)) + 1
    light = cv2.dilate(small, np.ones((size, size), np.uint8))
    light = cv2.blur(light, (size, size))
    if step > 1:
        light = cv2.resize(light, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return as_gray(cv2.divide(image, np.maximum(light, 1).astype(np.uint8), scale=255.0))


FAINTEST, DARKEST = 205, 110
"""The threshold between ink and paper stays between these grey levels of an evenly lit picture: a watermark is
lighter than the first, and no pen is all darker than the second."""


def soft_ink(lit: Gray, part: Gray, faintest: float = FAINTEST) -> Gray:
    """Ink of an evenly lit picture: 0 on paper, rising to 255 where the stroke is full, 0 outside every stroke.

    The threshold is Otsu's (N. Otsu, 1979) over `part`, the pixels of it where only paper and writing are (printed
    lines would hide faint writing), within limits; what is brighter than `faintest` is paper.
    """
    threshold, _ = cv2.threshold(part, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    threshold = min(max(threshold, DARKEST), faintest)
    strokes = part[part < threshold]
    full = float(np.percentile(strokes, 25)) if len(strokes) else threshold - 40
    # Half of full ink lies at the threshold, so that edges are as soft as the scanner left them.
    span = max(20.0, threshold - full) * 2
    ink = np.clip((threshold + span / 2 - lit.astype(np.float32)) * (255 / span), 0, 255)
    # A soft edge is beside a stroke; anything faint elsewhere is paper.
    stroke = as_gray(cv2.dilate((ink >= 127).astype(np.uint8), np.ones((3, 3), np.uint8)))
    soft: Gray = (ink * stroke).astype(np.uint8)
    return soft
