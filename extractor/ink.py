"""Ink apart from paper: uneven illumination evened out, then a threshold that keeps faint pen and drops watermarks."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.values import Gray

STROKE = 127
"""Ink of at least this much is stroke; below it is the soft edge of one, or of a ruling."""


def as_gray(image: NDArray[Any]) -> Gray:
    """An image from OpenCV, whose functions promise no type of pixel, as the grey one that it is."""
    return image.astype(np.uint8, copy=False)


def at_most(image: Gray, side: int) -> Gray:
    """`image` made smaller until its longer side has `side` pixels, where it has more."""
    scale = side / max(image.shape)
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def even_illumination(image: Gray, reach: int) -> Gray:
    """`image` divided by the paper's own brightness, so that paper is near 255 everywhere.

    `reach` is the size in pixels of the largest dark thing that is not shadow (a mark, a thick stroke); illumination is
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
"""The threshold between ink and paper stays between these grey levels of a picture with even illumination: a
watermark is lighter than the first, and no pen is all darker than the second."""

FULL_SHARE, USUAL_SPAN, LEAST_SPAN = 25, 40, 20.0
"""The percentile of the strokes' grey levels, from the darkest, that is full ink; by how many grey levels it is darker
than the threshold where there is no stroke, and at least."""


def soft_ink(grey: Gray, part: Gray, faintest: float = FAINTEST) -> Gray:
    """Ink of `grey`, whose illumination is even: 0 on paper and outside every stroke, rising to 255 where one is full.

    The threshold is Otsu's (N. Otsu, 1979) over `part`, the pixels of it where only paper and writing are (rulings
    would hide faint writing), within limits; what is brighter than `faintest` is paper.
    """
    threshold, _ = cv2.threshold(part, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    threshold = min(max(threshold, DARKEST), faintest)
    counts = grey_counts(part)
    counts[math.ceil(threshold) :] = 0
    full = percentile(counts, FULL_SHARE) if counts.any() else threshold - USUAL_SPAN
    # Half of full ink lies at the threshold, so that edges are as soft as the scanner left them.
    span = max(LEAST_SPAN, threshold - full) * 2
    by_grey = np.clip((threshold + span / 2 - np.arange(256)) * (255 / span), 0, 255).astype(np.uint8)
    ink = cv2.LUT(grey, by_grey)
    # A soft edge is beside a stroke; anything faint elsewhere is paper.
    stroke = cv2.dilate(cv2.threshold(ink, STROKE - 1, 255, cv2.THRESH_BINARY)[1], np.ones((3, 3), np.uint8))
    return as_gray(cv2.bitwise_and(ink, stroke))


def connected(picture: Gray) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The 8-connected pieces of what is not 0 in `picture`: the label of each pixel, 0 for none, and for each label
    OpenCV's five statistics (left, top, width, height, area)."""
    # OpenCV measures pieces several times faster where 16 bits number them; two of them never share a block of 2x2.
    kind = cv2.CV_16U if (picture.shape[0] + 1) // 2 * ((picture.shape[1] + 1) // 2) < 1 << 16 else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(picture, connectivity=8, ltype=kind)
    return labels.astype(np.int32, copy=False), stats.astype(np.int32, copy=False)


def grey_counts(image: Gray, mask: NDArray[Any] | None = None) -> NDArray[np.float64]:
    """How often each grey level occurs in `image`, or where `mask` is not 0, shape (256,): with it, percentiles cost
    next to nothing."""
    counts: NDArray[np.float64] = cv2.calcHist([image], [0], mask, [256], [0, 256]).ravel().astype(np.float64)
    return counts


def percentile(counts: NDArray[np.float64], percent: float) -> float:
    """The grey level that `percent` of those counted (at least one) lie below, between two levels where need be."""
    upto = counts.cumsum()
    at = percent / 100 * (upto[-1] - 1)
    low, high = np.searchsorted(upto, (math.floor(at), math.ceil(at)), side="right")
    return float(low + (high - low) * (at - math.floor(at)))
