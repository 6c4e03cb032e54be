"""Digits that lie across the side of a box: nobody can tell from the ink whether they belong to what stands in it."""

from __future__ import annotations

import numpy as np

from extractor.fields import FieldImage
from extractor.segmentation.pieces import find_pieces
from extractor.segmentation.segmentation_parameters import SEGMENTATION


def lies_across(field: FieldImage) -> bool:
    """Whether a digit lies across the left or right side of the box of `field`, a free string.

    One that is left out counts wherever it reaches well into the box, one that is taken only where another field begins
    on that side: people write over the end of a box that stands free.
    """
    if not field.printed:
        return False
    pieces = find_pieces(field.ink)
    if len(pieces.areas) == 0:
        return False
    box, least = field.inside, SEGMENTATION.inside_least
    left, top, width, height = pieces.boxes.T
    middle = top + height / 2
    digits = (height >= SEGMENTATION.astray_high * box.height) & (width >= SEGMENTATION.astray_thin * box.height)
    digits &= (middle > box.top) & (middle < box.bottom)
    over = digits & ((left < box.left) | (left + width > box.right))
    for index in np.flatnonzero(over):
        x, y, w, h = (int(v) for v in pieces.boxes[index])
        columns = (pieces.labels[y : y + h, x : x + w] == index + 1).sum(0)
        at = x + np.arange(w)
        shares = [float(columns[outside].sum()) / columns.sum() for outside in (at < box.left, at >= box.right)]
        inside = 1 - sum(shares)
        if SEGMENTATION.astray_touches < inside < least:
            return True
        shared = max((share for other, share in zip(field.beside, shares, strict=True) if other), default=0.0)
        if inside >= least and shared > 1 - SEGMENTATION.astray_reaches:
            return True
    return False
