"""A stroke through a number: people strike a number out with a pen line, and the digits below it stay readable."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray


def is_struck_through(line: Gray) -> bool:
    """Whether a straight stroke runs through the digits of `line`, a text line of shape (rows, width), ink bright.

    The longest straight run of ink is looked for among lines from one end of the writing to the other: in few of them
    first, and in all where one of these may be a stroke. Bars of digits and digits that join are shorter; a line with
    hardly any ink above or below it is an underline, a ruling that is left, or a dash beside the digits.
    """
    inked = np.atleast_1d((line >= SEGMENTATION.stroke_ink).any(0))
    columns = np.flatnonzero(inked)
    if len(columns) < SEGMENTATION.stroke_fewest:
        return False
    inked[1:-1] |= inked[:-2] & inked[2:]
    # Where paper shows between the digits no stroke goes on.
    if _longest(inked[None])[0] < SEGMENTATION.stroke_half * (columns[-1] - columns[0] + 1):
        return False
    return all(_has_stroke(line, *steps) for steps in SEGMENTATION.stroke_steps)


def _longest(inked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The longest run of ink in each row of `inked`."""
    longest: NDArray[np.int32] = _runs(inked).max(1)
    return longest


def _runs(inked: NDArray[np.bool_]) -> NDArray[np.int32]:
    """How long the run of ink is that ends at each place of `inked`, along its rows."""
    place = np.arange(inked.shape[1], dtype=np.int32)
    return place - np.maximum.accumulate(np.where(inked, -1, place), axis=1)


def _has_stroke(line: Gray, step: int, end_step: float) -> bool:
    """Whether there is a stroke among lines whose ends lie `end_step` rows apart, looked at every `step` columns."""
    params = SEGMENTATION
    ink = line >= params.stroke_ink
    columns = np.flatnonzero(ink.any(0))
    first, last = int(columns[0]), int(columns[-1])
    wide, tall = last - first, params.stroke_tall
    at = np.arange(first, last + 1, step)
    ends = np.arange(1, line.shape[0] - 1, end_step)
    left, right = (end.ravel() for end in np.meshgrid(ends, ends))
    middle = ((left + right) / 2 - (line.shape[0] - tall) / 2) / tall
    steep = np.abs(right - left) > params.stroke_steepest * wide
    kept = ~steep & (middle > params.stroke_between[0]) & (middle < params.stroke_between[1])
    left, right = left[kept], right[kept]
    # A stroke is some rows thick, so the next row counts as well; one look between two at ink may be beside it.
    thick = ink[:-1] | ink[1:]
    # In place: these arrays are large, and making each anew would take longer than filling it.
    rows = (right - left)[:, None] * ((at - first) / wide)
    rows += left[:, None]
    places = np.rint(rows, out=rows).astype(np.intp)
    places *= thick.shape[1]
    places += at
    inked = thick.ravel()[places]
    inked[:, 1:-1] |= inked[:, :-2] & inked[:, 2:]
    # No run of ink is longer than all the ink of its line, which is counted sooner.
    likely = np.count_nonzero(inked, axis=1) / len(at) >= min(params.stroke_half, params.stroke_most)
    part = _longest(inked[likely]) / len(at)
    length = part * np.hypot(wide, (right - left)[likely]) / tall
    whole = (part >= params.stroke_most) & (length >= params.stroke_whole)
    long = np.flatnonzero(whole | ((part >= params.stroke_half) & (length >= params.stroke_long)))
    on = np.flatnonzero(likely)[long]
    return bool(_parts_ink(ink, places[on] // thick.shape[1], at, _runs(inked[on])).any())


def _parts_ink(
    ink: NDArray[np.bool_], rows: NDArray[np.intp], columns: NDArray[np.intp], runs: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Whether there is writing on both sides of each stroke, shape (strokes,): it lies in `rows` of `ink` at `columns`,
    shape (strokes, columns), where the longest of its `runs` of ink is."""
    params = SEGMENTATION
    end, place = runs.argmax(1), np.arange(len(columns))
    within = (place <= end[:, None]) & (place > (end - runs.max(1))[:, None])
    above = ink.cumsum(0)
    up = above[np.maximum(rows - params.stroke_thick, 0), columns] > 0
    down = above[np.minimum(rows + params.stroke_thick, len(ink) - 1), columns] < above[-1, columns]
    sides = [(side & within).sum(1) / within.sum(1) for side in (up, down)]
    found: NDArray[np.bool_] = np.minimum(*sides) >= params.stroke_parts
    return found
