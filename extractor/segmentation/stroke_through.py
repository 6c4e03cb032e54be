"""A stroke through a number: people strike a number out with a pen line, and the digits below it stay readable."""

from __future__ import annotations

import numpy as np

from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray


def is_struck_through(line: Gray) -> bool:
    """Whether a straight stroke runs through the digits of `line`, a text line of shape (rows, width), ink bright.

    The longest straight run of ink is looked for among lines from one end of the writing to the other. Bars of digits
    and digits that join are shorter; a line at the head or foot is an underline, or a ruling that is left.
    """
    params = SEGMENTATION
    ink = line >= params.stroke_ink
    columns = np.flatnonzero(ink.any(0))
    if len(columns) < params.stroke_fewest:
        return False
    first, last = int(columns[0]), int(columns[-1])
    wide, tall = last - first, params.stroke_tall
    at = np.rint(np.linspace(first, last, max(params.stroke_fewest, wide // params.stroke_step))).astype(int)
    ends = np.arange(0, line.shape[0] - 1, params.stroke_end_step)
    left, right = (end.ravel() for end in np.meshgrid(ends, ends))
    middle = ((left + right) / 2 - (line.shape[0] - tall) / 2) / tall
    steep = np.abs(right - left) > params.stroke_steepest * wide
    kept = ~steep & (middle > params.stroke_between[0]) & (middle < params.stroke_between[1])
    left, right = left[kept], right[kept]
    share = (at - first) / max(wide, 1)
    rows = np.rint(left[:, None] + (right - left)[:, None] * share).astype(int)
    # A stroke is some rows thick, so the row above counts as well.
    inked = ink[rows, at] | ink[rows + 1, at]
    inked[:, 1:-1] |= inked[:, :-2] & inked[:, 2:]
    place = np.arange(len(at))
    since = np.maximum.accumulate(np.where(inked, -1, place), axis=1)
    runs = (place - since).max(1)
    length = runs * np.hypot(wide, right - left) / len(at) / tall
    part = runs / len(at)
    whole = (part >= params.stroke_most) & (length >= params.stroke_whole)
    return bool((whole | ((part >= params.stroke_half) & (length >= params.stroke_long))).any())
