"""Points of a picture that can be known again on another picture of the same form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.values import Gray, Points

FEATURE_SIDE = 900
"""Pixels of the long side on which features are looked for: lettering is told apart, handwriting counts little."""

FEATURES = 800
RATIO = 0.82
FEWEST = 10
"""Fewer pairs than this that agree on a mapping are chance."""


@dataclass(frozen=True)
class Features:
    """Oriented FAST and rotated BRIEF (Rublee et al., 2011), strongest first.

    `points`, shape (n, 2), in pixels of the picture; `words`, shape (n, 32), uint8.
    """

    points: Points
    words: NDArray[np.uint8]

    def strongest(self, count: int) -> Features:
        return Features(self.points[:count], self.words[:count])


def find_features(image: Gray) -> Features:
    """The features of a grey picture, in any orientation and light."""
    scale = FEATURE_SIDE / max(image.shape)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    if min(size) < 64:
        return Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    small = image
    if scale < 0.95:
        small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    else:
        scale = 1.0
    finder = cv2.ORB.create(nfeatures=FEATURES, scaleFactor=1.25, nlevels=5, fastThreshold=12)
    keypoints, words = finder.detectAndCompute(small, None)
    if words is None or len(keypoints) == 0:
        return Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    order = np.argsort([-k.response for k in keypoints], kind="stable")
    points = np.array([keypoints[i].pt for i in order], np.float64)
    return Features((points + 0.5) / scale - 0.5, np.asarray(words, np.uint8)[order])


def pair_features(one: Features, other: Features) -> NDArray[np.intp]:
    """Pairs of features that look alike and like no other, shape (m, 2): rows in `one` and in `other`."""
    if len(one.words) < 2 or len(other.words) < 2:
        return np.zeros((0, 2), np.intp)
    near = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(one.words, other.words, k=2)
    pairs = [
        (best.queryIdx, best.trainIdx)
        for best, second in (two for two in near if len(two) == 2)
        if best.distance < RATIO * second.distance and best.distance < 80
    ]
    return np.array(pairs, np.intp).reshape(-1, 2)


def match_features(reference: Features, page: Features, tolerance: float, most: int = 3) -> Iterator[Points]:
    """Mappings, shape (3, 3), from pixels of the reference to those of the page, the best supported first.

    A form repeats itself, and the first mapping may be a row off: what agreed on it is then left out, and the rest
    asked again.
    """
    pairs = pair_features(page, reference)
    for _ in range(most):
        if len(pairs) < FEWEST:
            return
        seen, ideal = page.points[pairs[:, 0]], reference.points[pairs[:, 1]]
        matrix, agree = cv2.findHomography(ideal, seen, cv2.USAC_MAGSAC, tolerance, maxIters=4000, confidence=0.999)
        if matrix is None or not np.isfinite(matrix).all():
            return
        inliers = np.asarray(agree).ravel() > 0
        if inliers.sum() < FEWEST:
            return
        if is_plausible(np.asarray(matrix, np.float64), ideal[inliers]):
            yield np.asarray(matrix, np.float64)
            if inliers.sum() > max(50, 0.5 * len(pairs)):
                return
        pairs = pairs[~inliers]


def count_agreeing(one: Features, page: Features, tolerance: float) -> int:
    """How many pairs of features one mapping explains: a measure of whether two pictures show the same form."""
    pairs = pair_features(one, page)
    if len(pairs) < FEWEST:
        return 0
    _, agree = cv2.findHomography(
        one.points[pairs[:, 0]], page.points[pairs[:, 1]], cv2.USAC_MAGSAC, tolerance, maxIters=1000, confidence=0.99
    )
    return int(np.count_nonzero(agree)) if agree is not None else 0


def is_plausible(matrix: Points, points: Points) -> bool:
    """Whether a camera could have seen a flat sheet so: not mirrored, not folded over, not all but edge-on."""
    middle = points.mean(0)
    spread = np.maximum(points.max(0) - points.min(0), 1e-6) / 2
    corners = middle + spread * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    depth = np.c_[corners, np.ones(4)] @ matrix[2]
    if depth.min() <= 0.2 * depth.max() or depth.max() <= 0:
        return False
    seen = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), matrix).reshape(4, 2)
    sides = np.roll(seen, -1, axis=0) - seen
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    scales = np.linalg.norm(sides, axis=1) / (2 * spread[[0, 1, 0, 1]])
    return bool((turns > 0).all() and scales.min() > 0.2 * scales.max())
