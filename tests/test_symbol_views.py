"""Symbols in cells: one pass where that is sure, more views where it is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.recognizer.calibration import Calibration
from extractor.recognizer.choice import load_model
from extractor.recognizer.symbol_views import SYMBOL_VIEWS, symbol_scores
from extractor.values import Crops, Floats


class Scripted:
    """A recogniser that says in each call what comes next: for each crop the probability of the first of two."""

    classes = ("1", "7")
    calibration = Calibration()

    def __init__(self, *said: tuple[float, ...]) -> None:
        self._said = iter(said)
        self.seen: list[Crops] = []

    def log_probabilities(self, crops: Crops) -> Floats:
        self.seen.append(crops)
        first = np.array(next(self._said), np.float32)
        assert len(first) == len(crops)
        return np.log(np.stack((first, 1 - first), 1))


def crops(count: int) -> Crops:
    found = np.zeros((count, 28, 28), np.uint8)
    found[:, 6:22, 12:15] = 255
    return found


def test_what_is_sure_after_the_first_pass_has_no_further_view() -> None:
    recognizer = Scripted((0.99, 0.02))
    scores = symbol_scores(crops(2), recognizer)
    assert len(recognizer.seen) == 1
    assert np.exp(scores[:, 0]) == pytest.approx([0.99, 0.02], abs=1e-5)


def test_a_doubtful_symbol_is_seen_in_every_view_and_the_mean_counts() -> None:
    recognizer = Scripted((0.99, 0.6, 0.01), (0.2, 0.3, 0.4, 0.5))
    scores = symbol_scores(crops(3), recognizer)
    assert len(recognizer.seen) == 2
    assert np.exp(scores[:, 0]) == pytest.approx([0.99, (0.6 + 0.2 + 0.3 + 0.4 + 0.5) / 5, 0.01], abs=1e-5)
    views = recognizer.seen[1]
    assert views.any((1, 2)).all()
    assert len({view.tobytes() for view in views}) == len(views) == len(SYMBOL_VIEWS)


def test_no_crops_have_no_scores() -> None:
    recognizer = load_model().symbols
    assert symbol_scores(crops(0), recognizer).shape == (0, len(recognizer.classes))


def test_each_symbol_is_scored_the_same_in_any_batch() -> None:
    recognizer = load_model().symbols
    rng = np.random.default_rng(3)
    odd = crops(40)
    for crop in odd:
        ends = rng.integers(5, 23, (3, 2)).tolist()
        cv2.polylines(crop, [np.array(ends, np.int32)], False, 255, 2, cv2.LINE_AA)
    together = symbol_scores(odd, recognizer)
    assert (np.exp(together.max(1)) < 0.95).any()
    for place in (0, 7, 39):
        assert np.array_equal(symbol_scores(odd[place : place + 1], recognizer)[0], together[place])
