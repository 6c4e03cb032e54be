"""Rulings that run through a picture: found as long level runs of thin ink, and taken away."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields.field_parameters import FIELDS
from extractor.ink import STROKE, as_gray, connected
from extractor.values import Gray


def without_rulings(ink: Gray) -> Gray:
    """`ink`, shape (height, width), without level rulings that run through most of it; strokes across them stay."""
    height, width = ink.shape
    length = max(round(FIELDS.lined_shortest * height), round(FIELDS.lined_shortest_across * width), 12)
    if length >= width:
        return ink
    solid = (ink >= FIELDS.lined_faint).astype(np.uint8)
    # Only what is thin from top to bottom can be a ruling; strokes are thin like that only where they run level.
    thickest = max(3, round(FIELDS.lined_thickest * height))
    tall = as_gray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8)))
    thin = solid & ~tall
    # A ruling that leans a little steps from row to row, and a faint one is broken: neighbours in a row are joined.
    gap = max(3, round(FIELDS.lined_gap * height)) | 1
    thick = as_gray(cv2.dilate(thin, np.ones((3, 1), np.uint8)))
    joined = as_gray(cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)))
    runs = as_gray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)))
    if not runs.any():
        return ink
    labels, stats = connected(runs)
    out = ink
    for label, (left, top, w, h, _) in enumerate(stats.tolist()):
        if not label or w < FIELDS.lined_across * width or h > FIELDS.lined_steepest * height:
            continue
        view = np.s_[top : top + h, left : left + w]
        ruling = (labels[view] == label) & (thin[view] > 0)
        if ruling.any(0).mean() < FIELDS.lined_unbroken:
            continue
        if out is ink:
            out = ink.copy()
        _erase(out, ruling, left, top)
    return out


def _erase(ink: Gray, ruling: NDArray[np.bool_], left: int, start: int) -> None:
    """Takes one ruling's pixels away except where a stroke comes through from above to below."""
    height = ink.shape[0]
    columns = np.flatnonzero(ruling.any(0))
    first = ruling.argmax(0)[columns] + start
    last = start + ruling.shape[0] - 1 - ruling[::-1].argmax(0)[columns]
    at = columns + left
    thick = int(np.median(last - first + 1))
    above = ink[np.maximum(first - 2, 0), at] >= STROKE
    below = ink[np.minimum(last + 2, height - 1), at] >= STROKE
    reach = max(1, thick)
    through = _near(above, reach) & _near(below, reach)
    # One row more on each side: the soft edge of the ruling.
    top, bottom = max(0, int(first.min()) - 1), int(last.max()) + 2
    rows = np.arange(top, min(bottom, height))[:, None]
    gone = (rows >= first - 1) & (rows <= last + 1) & ~through
    view = ink[top:bottom]
    view[:, at] = np.where(gone, 0, view[:, at])


def _near(flags: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    spread = as_gray(cv2.dilate(flags.astype(np.uint8)[None], np.ones((1, 2 * reach + 1), np.uint8)))[0]
    return np.asarray(spread, np.bool_)
