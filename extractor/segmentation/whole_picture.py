"""A number as one picture, dark on white, for a reader that finds its digits itself."""

from __future__ import annotations

import numpy as np

from extractor.fields import FieldImage
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.segmentation.text_line import Writing
from extractor.values import Gray


def string_picture(writing: Writing | None) -> Gray | None:
    """The `writing` of a free string with a little paper around it; None where nothing is written."""
    if writing is None:
        return None
    margin = SEGMENTATION.picture_margin * (writing.high - writing.low)
    xs, ys = writing.xs, writing.ys
    left, right = (max(0, int(end)) for end in (xs.min() - margin, xs.max() + margin + 1))
    top, bottom = (max(0, int(end)) for end in (ys.min() - margin, ys.max() + margin + 1))
    return 255 - writing.picture[top:bottom, left:right]


def comb_picture(field: FieldImage, written: str) -> Gray | None:
    """The insides of the cells of `field` side by side, from the first to the last in which `written` has a digit."""
    digits = [cell for cell, symbol in enumerate(written) if symbol.isdigit()]
    boxes = field.cell_boxes
    if not digits or len(written) != len(boxes):
        return None
    insides = []
    for box in boxes[digits[0] : digits[-1] + 1]:
        top, left = max(0, round(box.top)), max(0, round(box.left))
        insides.append(field.ink[top : round(box.bottom), left : round(box.right)])
    picture = np.hstack(insides)
    return 255 - picture if picture.size else None
