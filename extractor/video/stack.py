"""The pictures of one field in many frames as one picture: noise goes, a faint stroke stays."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import Cut
from extractor.geometry import peak_beside
from extractor.ink import as_gray

INK_REACH = 0.12
"""How far apart two pictures of the same ink may be when their boxes match, as a share of the room for a digit."""

SAME_PLACE = 0.4
"""The least correlation, -1 to 1, of two pictures of ink that are laid on each other by it."""

MORE_ROOM = 1.15
"""A cut with this many times the room for a digit shows more than all before it, and takes their place."""


class Stack:
    """The weighted mean of pictures of a field, laid on each other by its printed box, then by its ink: the
    box is found to half a pixel of the frame, and small digits are eight pixels high."""

    def __init__(self, cut: Cut, weight: float) -> None:
        self._begin(cut, weight)

    def _begin(self, cut: Cut, weight: float) -> None:
        self._first = cut
        self._mean: NDArray[np.float32] = cut.grey.astype(np.float32)
        self._total = weight
        self.frames = 1

    def add(self, cut: Cut, weight: float) -> None:
        """One more frame; `weight`, above 0, is how well it shows the field beside other frames."""
        if cut.room > MORE_ROOM * self._first.room or (cut.snapped and not self._first.snapped):
            self._begin(cut, weight)
            return
        self._total += weight
        self.frames += 1
        self._mean += (weight / self._total) * (self._laid(cut) - self._mean)

    @property
    def cut(self) -> Cut:
        """All frames as one cut, with the rulings and the place of the first."""
        return replace(self._first, grey=as_gray(np.rint(self._mean).astype(np.uint8)))

    def _laid(self, cut: Cut) -> NDArray[np.float32]:
        """`cut`'s picture with its printed box, and what is written there, where those of the others are."""
        own, there = self._first.inside, cut.inside
        across, down = there.width / own.width, there.height / own.height
        matrix = np.array(((across, 0, there.left - across * own.left), (0, down, there.top - down * own.top)))
        laid = self._warped(cut, matrix)
        x, y = self._aside(laid)
        if x or y:
            matrix[:, 2] += (across * x, down * y)
            laid = self._warped(cut, matrix)
        return laid

    def _warped(self, cut: Cut, matrix: NDArray[np.float64]) -> NDArray[np.float32]:
        height, width = self._mean.shape
        laid = cv2.warpAffine(
            cut.grey,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return laid.astype(np.float32)

    def _aside(self, laid: NDArray[np.float32]) -> tuple[float, float]:
        """How far, in pixels, the ink of `laid` lies from that of the mean; 0 where they are not alike."""
        box, reach = self._first.inside, max(1, round(INK_REACH * self._first.room))
        # Well within the box, since its rulings have had their say.
        left, top = max(0, round(box.left)) + reach, max(0, round(box.top)) + reach
        right, bottom = min(laid.shape[1], round(box.right)) - reach, min(laid.shape[0], round(box.bottom)) - reach
        if right - left < 4 * reach or bottom - top < 4 * reach:
            return 0.0, 0.0
        inner = self._mean[top + reach : bottom - reach, left + reach : right - reach]
        alike = cv2.matchTemplate(laid[top:bottom, left:right], inner, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(alike)
        if best < SAME_PLACE:
            return 0.0, 0.0
        return x + peak_beside(alike[y], x) - reach, y + peak_beside(alike[:, x], y) - reach
