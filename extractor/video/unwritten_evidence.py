"""Bubbles and barcodes of many frames as one: what is marked, and what a code says."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.barcodes.code_field import FieldCodes
from extractor.barcodes.code_reader import SURE, SeenCode
from extractor.bubbles.bubble_state import SeenMarks
from extractor.ink import as_gray
from extractor.observation import Observation
from extractor.values import Gray
from extractor.video.frame_weights import Weights
from extractor.video.identity import PICTURE_HEIGHT, PICTURE_WIDEST

FRAME_ODDS = 7.0
"""The greatest log-odds that one frame gives a bubble: a bad frame is outvoted, it has no veto."""


class MarksEvidence:
    """What frames say of a field of bubbles: log-odds added up bubble by bubble."""

    def __init__(self) -> None:
        self.weights = Weights()
        self._sums: NDArray[np.float64] = np.zeros(0)
        self._last: Observation | None = None

    def add(self, seen: Observation, weight: float, blank: float | None = None) -> None:
        """One frame; `weight`, above 0, is how well it shows the field beside other frames. Bubbles are empty by the
        same measure as they are marked, so `blank` says no more."""
        del blank
        assert seen.bubbles is not None
        odds = np.array([_odds(one.marked) for answer in seen.bubbles.answers for one in answer])
        self._sums = weight * odds if self._last is None else self._sums + weight * odds
        self.weights.add(weight)
        self._last = seen

    def fused(self) -> Observation:
        """All frames as one observation, which decodes like any other; there must be one at least."""
        assert self._last is not None
        assert self._last.bubbles is not None
        means = iter((self._sums / self.weights.total * self.weights.independent).tolist())
        answers = tuple(
            tuple(replace(one, marked=1 / (1 + math.exp(-next(means)))) for one in answer)
            for answer in self._last.bubbles.answers
        )
        return replace(self._last, bubbles=replace(self._last.bubbles, answers=answers))


class CodeEvidence:
    """What frames say of a barcode: one that shows it is enough where its error correction holds."""

    def __init__(self) -> None:
        self.weights = Weights()
        self._said: dict[str, tuple[float, SeenCode]] = {}
        self._last: Observation | None = None

    def add(self, seen: Observation, weight: float, blank: float | None = None) -> None:
        """One frame; `weight`, above 0, is how well it shows the field beside other frames. One that shows no code says
        nothing, whatever `blank`."""
        del blank
        assert seen.codes is not None
        for code in seen.codes.codes:
            before, best = self._said.get(code.text, (0.0, code))
            self._said[code.text] = before + weight, max(best, code, key=lambda one: one.confidence)
        self.weights.add(weight)
        self._last = seen

    def fused(self) -> Observation:
        """All frames as one observation, which decodes like any other; there must be one at least."""
        assert self._last is not None
        codes = [code for _, code in sorted(self._said.values(), key=lambda one: -one[0])]
        # A code of bars may be misread in a frame; codes that correct errors are not.
        sure = [code for code in codes if code.confidence >= SURE]
        return replace(self._last, codes=FieldCodes(tuple(sure or codes[:1])))


def _odds(probability: float) -> float:
    chance = min(max(probability, 1e-9), 1 - 1e-9)
    return min(max(math.log(chance / (1 - chance)), -FRAME_ODDS), FRAME_ODDS)


def bubbles_picture(seen: SeenMarks) -> Gray:
    """The ink in the bubbles of a field, shape (PICTURE_HEIGHT, width), 255 = ink, by which a sheet is known again."""
    inks = [one.ink for answer in seen.answers for one in answer]
    wide = max(4, min(PICTURE_HEIGHT, PICTURE_WIDEST // len(inks)))
    size = (wide, PICTURE_HEIGHT)
    parts = [cv2.resize(ink, size, interpolation=cv2.INTER_AREA) for ink in inks[: PICTURE_WIDEST // wide]]
    return as_gray(cv2.GaussianBlur(np.hstack(parts), (0, 0), 1.2))
