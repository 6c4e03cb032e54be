"""A form made square by its own rulings, which tell how it leans where a sheet hardly stands out from a pale table."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.ink import as_gray
from extractor.reference.reference_parameters import REFERENCE
from extractor.values import Gray, Points


def ruling_segments(image: Gray) -> NDArray[np.float64]:
    """Long straight dark segments of `image`, shape (n, 2, 2) as two ends each, in its pixels."""
    scale = min(1.0, REFERENCE.lean_side / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    hat = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((7, 7), np.uint8))
    dark = cv2.threshold(hat, REFERENCE.square_contrast, 255, cv2.THRESH_BINARY)[1]
    shortest = max(size) // REFERENCE.square_shortest
    found = cv2.HoughLinesP(dark, 1, np.pi / 1800, shortest, minLineLength=shortest, maxLineGap=3)
    if found is None:
        return np.zeros((0, 2, 2))
    segments: NDArray[np.float64] = found.reshape(-1, 2, 2).astype(np.float64) / scale
    return segments


def off_square(segments: NDArray[np.float64]) -> float:
    """By how many degrees `segments` are off level or upright, nine of ten at most; 0 without any."""
    if len(segments) == 0:
        return 0.0
    along = segments[:, 1] - segments[:, 0]
    angles = np.abs((np.degrees(np.arctan2(along[:, 1], along[:, 0])) + 45) % 90 - 45)
    near = angles[angles < REFERENCE.lean[1]]
    return float(np.percentile(near, 90)) if len(near) else 0.0


def squaring(image: Gray) -> Points | None:
    """The mapping, shape (3, 3), from pixels of `image` to a picture in which its rulings are level and upright; None
    where it has too few of either.

    Rulings of a flat form meet in two points far away, which a rotation, a shear and a tilt bring to infinity: six
    numbers, by least squares of the ends' distances, with less weight for what is far off (print, other edges).
    """
    segments = ruling_segments(image)
    along = segments[:, 1] - segments[:, 0]
    angles = (np.degrees(np.arctan2(along[:, 1], along[:, 0])) + 45) % 180 - 45
    level = np.abs(angles) < REFERENCE.lean[1]
    upright = np.abs(angles - 90) < REFERENCE.lean[1]
    if min(level.sum(), upright.sum()) < REFERENCE.square_segments:
        return None
    segments, flat = (
        np.concatenate((segments[level], segments[upright])),
        np.repeat((True, False), (level.sum(), upright.sum())),
    )
    side = float(max(image.shape))
    middle = np.array((image.shape[1], image.shape[0])) / 2
    norm = np.array(((2 / side, 0, -2 * middle[0] / side), (0, 2 / side, -2 * middle[1] / side), (0, 0, 1)))
    ends = transform(norm, segments.reshape(-1, 2)).reshape(-1, 2, 2)

    def homography(p: NDArray[np.float64]) -> Points:
        return np.array(((1, p[0], 0), (p[1], 1, 0), (p[2], p[3], 1)))

    def off(p: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = transform(homography(p), ends.reshape(-1, 2)).reshape(-1, 2, 2)
        apart = moved[:, 1] - moved[:, 0]
        return np.where(flat, apart[:, 1], apart[:, 0])

    now, step = np.zeros(4), 1e-4
    for _ in range(REFERENCE.square_rounds):
        rest = off(now)
        usual = max(1e-4, float(np.median(np.abs(rest))))
        weight = 1 / (1 + (rest / (3 * usual)) ** 2)
        slopes = np.stack([(off(now + step * one) - rest) / step for one in np.eye(4)], 1)
        # A little held back, so that a form with rulings at one side only is not tilted without reason.
        hold = REFERENCE.square_hold * len(rest) * np.eye(4)
        now = now - np.linalg.solve(
            (slopes * weight[:, None]).T @ slopes + hold, (slopes * weight[:, None]).T @ rest + hold @ now
        )
    return np.asarray(np.linalg.inv(norm) @ homography(now) @ norm, np.float64)
