"""The symbols of a string that was read whole: its lattice level and upright as the text line is, and which ink of the
field a path through it gives to each symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.geometry import between_centres
from extractor.ink import as_gray
from extractor.pieces import find_pieces
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.inside import inside_only
from extractor.segmentation.lattice import Candidate, Lattice
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.segmentation.string import join, part_ink
from extractor.segmentation.text_line import HEIGHT, TEXT, writing_of
from extractor.values import Gray, Points

EDGE = 1.5
"""Pixels from a stroke that its soft edge reaches at most."""


@dataclass(frozen=True, eq=False)
class LevelString:
    """A string as its text line shows it, `scale` pixels to one column of that: `level` is its ink there, shape
    (height, width), `lattice` has the ways to join its parts into symbols, and `labels` the part that each pixel
    belongs to, from 1, and 0 for none. `matrix`, shape (3, 3), takes pixels of the field's `ink` there."""

    lattice: Lattice
    scale: float
    level: Gray
    labels: NDArray[np.int32]
    ink: Gray
    matrix: Points

    def crops(self, symbols: NDArray[np.uint8], count: int) -> list[Gray | None]:
        """The 28x28 crop of each of `count` symbols, level and upright; None where it has no ink."""
        found: list[Gray | None] = []
        for number in range(1, count + 1):
            crop = mnist_crop(np.where(symbols == number, self.level, 0).astype(np.uint8))
            found.append(crop if crop.any() else None)
        return found

    def owners(self, symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Which symbol each pixel of the field's ink belongs to: shape that of `ink`, 0 = none, from 1."""
        ys, xs = np.nonzero(self.ink)
        at = np.floor(self.matrix[:2, :2] @ np.stack((xs + 0.5, ys + 0.5)) + self.matrix[:2, 2:]).astype(np.int64)
        within = (at >= 0).all(0) & (at[0] < symbols.shape[1]) & (at[1] < symbols.shape[0])
        owners = np.zeros(self.ink.shape, np.uint8)
        owners[ys[within], xs[within]] = symbols[at[1, within], at[0, within]]
        return owners

    def symbols(self, path: Sequence[Candidate | None]) -> NDArray[np.uint8]:
        """Which symbol of `path` each pixel of `level` belongs to, 0 = none, from 1; with the soft edges of strokes and
        the crumbs beside them."""
        symbol_of = np.zeros(self.lattice.nodes, np.uint8)
        for index, candidate in enumerate(path):
            if candidate is not None:
                symbol_of[candidate.start + 1 : candidate.end + 1] = index + 1
        return self._with_near(symbol_of[self.labels])

    def _with_near(self, symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """`symbols` with the soft edge of their strokes, and with the crumbs of broken strokes beside them."""
        if not symbols.any():
            return symbols
        height = self.lattice.line_height
        far, nearest = cv2.distanceTransformWithLabels(
            (symbols == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
        )[:2]
        by_label = np.zeros(int(nearest.max()) + 1, np.uint8)
        by_label[nearest[symbols > 0]] = symbols[symbols > 0]
        own = by_label[nearest]
        found = np.where(far <= EDGE, own, 0).astype(np.uint8)
        crumbs = find_pieces(np.where(symbols > 0, 0, self.level).astype(np.uint8))
        small = crumbs.boxes[:, 2:].max(1, initial=0) < SEGMENTATION.symbol_crumb * height
        for index in np.flatnonzero(small):
            x, y, w, h = (int(v) for v in crumbs.boxes[index])
            view = np.s_[y : y + h, x : x + w]
            at = np.where(crumbs.labels[view] == index + 1, far[view], np.inf)
            if at.min() <= SEGMENTATION.symbol_near * height:
                found[view][np.isfinite(at)] = own[view].ravel()[int(at.argmin())]
        return found


def level_string(field: FieldImage) -> LevelString | None:
    """The string written in `field`; None where nothing is, or more than a number."""
    writing = writing_of(field)
    if writing is None:
        return None
    ink = inside_only(field) if field.printed else field.ink
    to_line, shrink, width = writing.to_line()
    scale = 1 / shrink
    above = SEGMENTATION.symbol_above * TEXT
    matrix = np.diag((scale, scale, 1.0)) @ np.array(((1, 0, 0), (0, 1, above), (0, 0, 1.0))) @ to_line
    size = max(1, round(scale * width)), max(1, round(scale * (HEIGHT + 2 * above)))
    level = as_gray(cv2.warpAffine(ink, between_centres(matrix)[:2], size, flags=cv2.INTER_LINEAR))
    # Gaps of grainy strokes are not closed: what is known to be one symbol is put together from its crumbs.
    lowest = SEGMENTATION.symbol_lowest * scale * TEXT
    parts = part_ink(level, find_pieces(level), lowest, SEGMENTATION.fine_cutting)
    if parts is None or len(parts.parts) > SEGMENTATION.string_most_pieces:
        return None
    return LevelString(join(parts, 0.0), scale, level, parts.labels, ink, matrix)
