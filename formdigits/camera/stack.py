"""The pictures that frames give of one field as one picture: what is noise in each goes, a faint stroke stays."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import Cut
from extractor.ink import as_gray

CLOSER = 1.15
"""A cut with so many times the room for a digit shows more than all before it: it takes their place."""


class Stack:
    """The weighted mean of evenly lit pictures of a field, laid on each other by its printed box."""

    def __init__(self, cut: Cut, weight: float) -> None:
        self._begin(cut, weight)

    def _begin(self, cut: Cut, weight: float) -> None:
        self._first = cut
        self._mean: NDArray[np.float32] = cut.lit.astype(np.float32)
        self._total = weight
        self.frames = 1

    def add(self, cut: Cut, weight: float) -> None:
        """One more frame; `weight`, above 0, is how well it shows the field beside other frames."""
        if cut.room > CLOSER * self._first.room or (cut.snapped and not self._first.snapped):
            self._begin(cut, weight)
            return
        self._total += weight
        self.frames += 1
        self._mean += (weight / self._total) * (self._laid(cut) - self._mean)

    @property
    def cut(self) -> Cut:
        """All frames as one cut, with the lines and the place of the first."""
        return replace(self._first, lit=as_gray(np.rint(self._mean).astype(np.uint8)))

    def _laid(self, cut: Cut) -> NDArray[np.float32]:
        """`cut`'s picture with its printed box where that of the first is."""
        own, there = self._first.inside, cut.inside
        across, down = there.width / own.width, there.height / own.height
        matrix = np.array(((across, 0, there.left - across * own.left), (0, down, there.top - down * own.top)))
        height, width = self._mean.shape
        laid = cv2.warpAffine(
            cut.lit,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return laid.astype(np.float32)
