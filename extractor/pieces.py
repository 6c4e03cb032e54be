"""Connected pieces of ink, and which of them are writing at all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import STROKE, as_gray, connected
from extractor.values import Gray

FEW = 256
"""Pieces, with what is none, that a byte can number."""

SOFT_EDGES = np.ones((3, 3), np.uint8)
"""A pixel and those around it, where the soft edges of a stroke are."""


@dataclass(frozen=True)
class Pieces:
    """Connected pieces: `labels`, shape (height, width), int32, 0 = no ink; `boxes`, shape (n, 4), as left, top,
    width, height and `areas`, shape (n,), of labels 1 .. n, in pixels."""

    labels: NDArray[np.int32]
    boxes: NDArray[np.int32]
    areas: NDArray[np.int32]

    def shown(self, keep: NDArray[np.bool_]) -> Gray:
        """255 in the pieces flagged in `keep`, shape (n,), and 0 elsewhere."""
        flags = np.zeros(max(FEW, len(keep) + 1), np.uint8)
        flags[1 : len(keep) + 1][keep] = 255
        # OpenCV's table is several times faster than numpy's.
        few = len(flags) == FEW
        return as_gray(cv2.LUT(self.labels.astype(np.uint8), flags) if few else flags.take(self.labels))

    def kept(self, keep: NDArray[np.bool_]) -> Pieces:
        """The pieces flagged in `keep`, shape (n,), alone, as `find_pieces` would find them."""
        if keep.all():
            return self
        numbers = np.concatenate(([0], np.where(keep, np.cumsum(keep), 0))).astype(np.int32)
        return Pieces(numbers.take(self.labels), self.boxes[keep], self.areas[keep])


def find_pieces(ink: Gray) -> Pieces:
    """The 8-connected pieces of `ink` (255 = ink)."""
    labels, stats = connected(as_gray(cv2.threshold(ink, STROKE - 1, 255, cv2.THRESH_BINARY)[1]))
    return Pieces(labels, stats[1:, :4], stats[1:, cv2.CC_STAT_AREA])


def only(ink: Gray, pieces: Pieces, keep: NDArray[np.bool_]) -> Gray:
    """`ink` with only the pieces flagged in `keep`, shape (n,), and their soft edges."""
    return as_gray(cv2.copyTo(ink, cv2.dilate(pieces.shown(keep), SOFT_EDGES)))


def picture_of(ink: Gray, pieces: Pieces, chosen: NDArray[np.intp]) -> Gray:
    """The smallest picture that holds the pieces `chosen` (counted from 0; at least one), nothing else in it."""
    left, top = pieces.boxes[chosen, :2].min(0)
    right, bottom = (pieces.boxes[chosen, :2] + pieces.boxes[chosen, 2:]).max(0)
    # One pixel around them for the soft edge of the strokes.
    view = np.s_[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
    flags = np.zeros(len(pieces.areas) + 1, np.uint8)
    flags[chosen + 1] = 1
    mask = cv2.dilate(flags.take(pieces.labels[view]), SOFT_EDGES)
    return as_gray(cv2.copyTo(ink[view], mask))
