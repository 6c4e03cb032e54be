"""Whole symbols, such as stand in the cells of a comb: a batch in a first pass, and those that leave doubt in more
views (test-time augmentation)."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.recognizer.base import Recognizer
from extractor.segmentation.crop import SIZE
from extractor.values import Crops, Floats

SURE_SYMBOL = 0.95
"""A symbol as probable as this after the first pass needs no further view."""

SYMBOL_VIEWS: tuple[tuple[float, float, float], ...] = (
    (0.0, 0.18, 0.95),
    (0.0, -0.18, 1.0),
    (0.1, 0.0, 1.05),
    (-0.1, 0.0, 0.92),
)
"""Further views of a doubtful symbol: turned by radians, sheared (columns per row), so many times as large."""


def symbol_scores(crops: Crops, recognizer: Recognizer) -> Floats:
    """Natural log of each class's probability, shape (n, classes), for crops of shape (n, 28, 28) that are one symbol
    each: those in doubt are as probable as the mean over their views says."""
    scores = recognizer.log_probabilities(crops)
    doubtful = np.flatnonzero(scores.max(1, initial=-np.inf) < np.log(SURE_SYMBOL))
    if len(doubtful) == 0:
        return scores
    seen = np.concatenate([_view(crops[doubtful], *one) for one in SYMBOL_VIEWS])
    views = [scores[doubtful], *np.split(recognizer.log_probabilities(seen), len(SYMBOL_VIEWS))]
    scores = scores.copy()
    scores[doubtful] = np.logaddexp.reduce(views) - np.log(len(views))
    return scores


def _view(crops: Crops, turn: float, shear: float, size: float) -> Crops:
    """`crops` changed about their middle."""
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.zeros((2, 3))
    matrix[:, :2] = np.array(((cos, shear - sin), (sin, cos))) / size
    middle = np.full(2, (SIZE - 1) / 2)
    matrix[:, 2] = middle - matrix[:, :2] @ middle
    seen = [cv2.warpAffine(crop, matrix, (SIZE, SIZE), flags=cv2.INTER_LINEAR) for crop in crops]
    return np.stack(seen).astype(np.uint8, copy=False)
