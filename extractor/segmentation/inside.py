"""What is written in a box, without what is printed around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.pieces import Pieces, only
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray


def inside_only(field: FieldImage) -> Gray:
    """The ink without what is printed around the box and merely reaches into its margin."""
    pieces = field.pieces
    if len(pieces.areas) == 0:
        return field.ink
    return only(field.ink, pieces, inside_pieces(field, pieces))


def inside_pieces(field: FieldImage, pieces: Pieces) -> NDArray[np.bool_]:
    """Which of the `pieces` of the field's ink, shape (n,), lie in its box and are no remnants of its rulings."""
    box = field.inside
    top, left = max(0, round(box.top)), max(0, round(box.left))
    bottom, right = max(top, round(box.bottom)), max(left, round(box.right))
    first, last = pieces.boxes[:, :2], pieces.boxes[:, :2] + pieces.boxes[:, 2:]
    share = ((first >= (left, top)) & (last <= (right, bottom))).all(1).astype(np.float64)
    # Only of what lies neither inside nor outside the pixels are counted.
    if ((share == 0) & (first < (right, bottom)).all(1) & (last > (left, top)).all(1)).any():
        part = pieces.labels[top:bottom, left:right]
        share = np.bincount(part.ravel(), minlength=len(pieces.areas) + 1)[1:] / np.maximum(pieces.areas, 1)
    # Where rulings crossed, a little of them may be left: small, and close to the box's edge.
    x, y = pieces.boxes[:, 0] + pieces.boxes[:, 2] / 2, pieces.boxes[:, 1] + pieces.boxes[:, 3] / 2
    edge = SEGMENTATION.inside_edge * box.height
    hugs_x = np.minimum(np.abs(x - box.left), np.abs(box.right - x)) < edge
    hugs_y = np.minimum(np.abs(y - box.top), np.abs(box.bottom - y)) < edge
    small = pieces.boxes[:, 2:].max(1) < SEGMENTATION.inside_small * box.height
    flat = pieces.boxes[:, 3] < SEGMENTATION.inside_flat * box.height
    remnant = (hugs_x & small) | (hugs_y & (small | flat))
    return np.asarray((share >= SEGMENTATION.inside_least) & ~(remnant & field.printed), np.bool_)
