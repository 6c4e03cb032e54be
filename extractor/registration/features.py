"""Points of a picture that can be known again on another picture of the same form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import are_plausible
from extractor.ink import as_gray
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Gray, Points

NEAREST = 2
"""Features of the other picture that each is compared with: the second nearest tells how much like it any is."""


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
    scale = REGISTRATION.feature_side / max(image.shape)
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    if min(size) < REGISTRATION.feature_least_side:
        return Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    small = image
    if scale < REGISTRATION.feature_kept_above:
        # Two pixels a side are enough to go by where little is taken away, and many times faster than all.
        how = cv2.INTER_LINEAR if scale > REGISTRATION.feature_linear_above else cv2.INTER_AREA
        small = as_gray(cv2.resize(image, size, interpolation=how))
    else:
        scale = 1.0
    finder = cv2.ORB.create(
        nfeatures=REGISTRATION.feature_most, scaleFactor=1.25, nlevels=5, fastThreshold=REGISTRATION.feature_fast
    )
    keypoints, words = finder.detectAndCompute(small, None)
    if words is None or len(keypoints) == 0:
        return Features(np.zeros((0, 2)), np.zeros((0, 32), np.uint8))
    order = np.argsort([-k.response for k in keypoints], kind="stable")
    points = np.array([keypoints[i].pt for i in order], np.float64)
    return Features((points + 0.5) / scale - 0.5, np.asarray(words, np.uint8)[order])


def pair_features(one: Features, other: Features) -> NDArray[np.intp]:
    """Pairs of features that look alike and like no other, shape (m, 2): rows in `one` and in `other`."""
    if len(one.words) < NEAREST or len(other.words) < NEAREST:
        return np.zeros((0, 2), np.intp)
    near = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(one.words, other.words, k=NEAREST)
    pairs = [
        (best.queryIdx, best.trainIdx)
        for best, second in (two for two in near if len(two) == NEAREST)
        if best.distance < REGISTRATION.feature_ratio * second.distance
        and best.distance < REGISTRATION.feature_distance
    ]
    return np.array(pairs, np.intp).reshape(-1, 2)


def match_features(reference: Features, page: Features, tolerance: float, most: int = 3) -> Iterator[Points]:
    """Mappings, shape (3, 3), from pixels of the reference to those of the page, the best supported first.

    A form repeats itself, and the first mapping may be a row off: what agreed on it is then left out, and the rest
    asked again.
    """
    few = page.strongest(REGISTRATION.feature_first)
    first = _agree(reference, few, pair_features(few, reference), tolerance)
    if first is not None and first.clear:
        yield first.matrix
        return
    pairs = pair_features(page, reference)
    for _ in range(most):
        found = _agree(reference, page, pairs, tolerance)
        if found is None:
            return
        if found.plausible:
            yield found.matrix
            if found.clear:
                return
        pairs = pairs[~found.inliers]


@dataclass(frozen=True)
class _Agreed:
    """`matrix` and which pairs agree on it, `inliers`; `plausible` says that a camera could have seen it, `clear` that
    so many agree that no other mapping can be meant."""

    matrix: Points
    inliers: NDArray[np.bool_]
    plausible: bool

    @property
    def clear(self) -> bool:
        return self.plausible and int(self.inliers.sum()) > max(
            REGISTRATION.feature_clear, REGISTRATION.feature_clear_share * len(self.inliers)
        )


def _agree(reference: Features, page: Features, pairs: NDArray[np.intp], tolerance: float) -> _Agreed | None:
    if len(pairs) < REGISTRATION.feature_fewest:
        return None
    seen, ideal = page.points[pairs[:, 0]], reference.points[pairs[:, 1]]
    found, agree = cv2.findHomography(ideal, seen, cv2.USAC_MAGSAC, tolerance, maxIters=4000, confidence=0.999)
    if found is None or not np.isfinite(found).all():
        return None
    matrix, inliers = np.asarray(found, np.float64), np.asarray(agree).ravel() > 0
    if inliers.sum() < REGISTRATION.feature_fewest:
        return None
    return _Agreed(matrix, inliers, bool(are_plausible(matrix[None], ideal[inliers])[0]))


def count_agreeing(one: Features, page: Features, tolerance: float) -> int:
    """How many pairs of features one mapping explains: a measure of whether two pictures show the same form."""
    pairs = pair_features(one, page)
    if len(pairs) < REGISTRATION.feature_fewest:
        return 0
    _, agree = cv2.findHomography(
        one.points[pairs[:, 0]], page.points[pairs[:, 1]], cv2.USAC_MAGSAC, tolerance, maxIters=1000, confidence=0.99
    )
    return int(np.count_nonzero(agree)) if agree is not None else 0
