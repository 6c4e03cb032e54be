"""Guides printed in the cells, such as the segments of an 8: what all cells of one kind show is print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from extractor.fields.cut import INSET, Cut
from extractor.values import Box, Gray

FEWEST = 12
"""Fewer cells than this may have the same written in the same place by chance."""

ALL = 88
"""The percentile, from the darkest cell, at which a place must be dark to be print: in nearly all."""

EVEN = 45
"""Grey levels by which print differs from cell to cell, at most; writing that meets in one place differs by more."""

ALIKE = 0.08
"""How much cells of one kind differ in size, as a share of it."""

PAPER, DARKEST = 235, 90
"""Grey levels: the darkest that is still paper, and the darkest guide under which ink can still be told."""


def without_guides(cuts: Sequence[Cut]) -> list[Gray]:
    """The evenly lit pictures of `cuts`, fields of one page, without what is printed in all cells of a kind.

    Cells of the same size are laid on each other; a place that is dark in nearly all of them is printed, and every
    cell is divided by that, as it was by the light. Forms with few cells are left as they are.
    """
    out = [cut.lit for cut in cuts]
    for kind in _kinds(cuts):
        cells = [(i, box) for i in kind for box in _insides(cuts[i])]
        if len(cells) < FEWEST:
            continue
        width, height = np.median([(box.width, box.height) for _, box in cells], axis=0).round().astype(int).tolist()
        shown = [cv2.resize(_part(cuts[i].lit, box), (width, height), interpolation=cv2.INTER_AREA) for i, box in cells]
        # Darker by a pixel all around: cells never lie on each other exactly.
        dark = np.stack([cv2.erode(cell, np.ones((3, 3), np.uint8)) for cell in shown])
        # A count tells at once where no more need be asked.
        often = (dark < PAPER).sum(0, dtype=np.int32) > int(ALL / 100 * (len(dark) - 1))
        usual, high = np.percentile(dark[:, often], (50, ALL), axis=0) if often.any() else np.zeros((2, 0))
        printed = (high < PAPER) & (high - usual < EVEN)
        if not printed.any():
            continue
        guide = np.full(often.shape, 255, np.uint8)
        guide[often] = np.where(printed, np.maximum(high, DARKEST), 255)
        for i, box in cells:
            if out[i] is cuts[i].lit:
                out[i] = cuts[i].lit.copy()
            part = _part(out[i], box)
            part[:] = cv2.divide(part, cv2.resize(guide, part.shape[::-1], interpolation=cv2.INTER_LINEAR), scale=255.0)
    return out


def _kinds(cuts: Sequence[Cut]) -> Iterator[list[int]]:
    """Indices of the combs whose cells are of one size."""
    sizes = {i: cut.field.cell_boxes[0] for i, cut in enumerate(cuts) if cut.field.cells is not None}
    while sizes:
        first = next(iter(sizes.values()))
        kind = [
            i
            for i, box in sizes.items()
            if abs(box.width - first.width) <= ALIKE * first.width
            and abs(box.height - first.height) <= ALIKE * first.height
        ]
        yield kind
        for i in kind:
            del sizes[i]


def _insides(cut: Cut) -> Iterator[Box]:
    """The cells without their lines, in pixels of the cut; those too small to look into are left out."""
    inset, inside = INSET * cut.room, cut.inside
    for left, right in cut.sides:
        box = Box(float(left) + inset, inside.top + inset, float(right - left) - 2 * inset, inside.height - 2 * inset)
        if min(box.width, box.height) >= 8 and box.left >= 0 and box.top >= 0:
            yield box


def _part(image: Gray, box: Box) -> Gray:
    return image[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
