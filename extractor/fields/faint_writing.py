"""Writing too faint to be ink, beside what is: a digit for which the pen ran dry, or that a copier lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields.cut import Cut
from extractor.fields.field_parameters import FIELDS
from extractor.ink import STROKE, as_gray, connected
from extractor.values import Doubt, DoubtKind, Gray

FAINT = Doubt(DoubtKind.FAINT, "something faint stands in it that may be a digit", most=0.5, provable=True)


def faint_doubts(cuts: Sequence[Cut], inks: Sequence[Gray], level: float) -> list[tuple[Doubt, ...]]:
    """The doubts about each of `cuts`, the fields of one page without what is printed in them, whose ink is `inks`,
    for something in them that is darker than `level` and yet no ink.

    In a comb only cells with hardly any ink are in doubt. What many cells of the page show is a watermark, or shines
    through from the back.
    """
    parts = _side_by_side(cuts, inks)
    if parts is None:
        return [()] * len(cuts)
    inked = np.add.reduceat((parts.ink >= STROKE).sum(1), parts.begins) >= FIELDS.faint_ink * parts.rooms**2
    faint = _hold_digits(parts, inked, level)
    if faint.sum() > max(FIELDS.faint_few, FIELDS.faint_printed * len(faint)):
        return [()] * len(cuts)
    combs = np.array([cut.field.cells is not None for cut in cuts])
    faint &= ~(combs[parts.owners] & inked)
    found = np.bincount(parts.owners[faint], minlength=len(cuts))
    return [(FAINT,) if own else () for own in found]


@dataclass(frozen=True)
class _Insides:
    """The insides of all cells of a page one below the other in one picture, `grey` and as `ink`, shapes (height,
    width), reduced. Each begins in one of the rows `begins` and has so many `rows` and `columns`; `rooms` are those of
    its field, whose place is in `owners`; all have shape (cells,)."""

    grey: Gray
    ink: Gray
    begins: NDArray[np.intp]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    rooms: NDArray[np.float64]
    owners: NDArray[np.intp]


def _side_by_side(cuts: Sequence[Cut], inks: Sequence[Gray]) -> _Insides | None:
    """The insides of the cells of `cuts`; None where they have none."""
    step, pictures, sizes = FIELDS.faint_step, [], []
    for owner, (cut, ink) in enumerate(zip(cuts, inks, strict=True)):
        inset = round(FIELDS.faint_inset * cut.room)
        top, bottom = max(0, round(cut.inside.top) + inset), round(cut.inside.bottom) - inset
        for left, right in cut.sides.tolist():
            view = np.s_[top:bottom, max(0, round(left) + inset) : max(0, round(right) - inset)]
            rows, columns = (side // step for side in ink[view].shape)
            if rows > 1 and columns > 1:
                pictures.append((cut.grey[view], ink[view]))
                sizes.append((rows, columns, cut.room / step, owner))
    if not sizes:
        return None
    rows, columns, rooms, owners = (np.array(one) for one in zip(*sizes, strict=True))
    # A row of paper between two.
    begins = np.concatenate(([0], np.cumsum(rows + 1)))
    shape = step * int(begins[-1]), step * int(columns.max())
    grey, ink = np.full(shape, 255, np.uint8), np.zeros(shape, np.uint8)
    for (own, written), at, high, wide in zip(pictures, step * begins, step * rows, step * columns, strict=False):
        grey[at : at + high, :wide] = own[:high, :wide]
        ink[at : at + high, :wide] = written[:high, :wide]
    size = shape[1] // step, shape[0] // step
    small, written = (as_gray(cv2.resize(one, size, interpolation=cv2.INTER_AREA)) for one in (grey, ink))
    return _Insides(small, written, begins[:-1], rows, columns, rooms, owners)


def _hold_digits(parts: _Insides, inked: NDArray[np.bool_], level: float) -> NDArray[np.bool_]:
    """Which cells hold a piece darker than `level`, in those that are `inked` apart from the ink, that is as large as a
    digit; shape (cells,)."""
    reach = 2 * round(FIELDS.faint_beside * float(np.median(parts.rooms))) + 1
    beside = cv2.dilate(parts.ink, np.ones((reach, reach), np.uint8))
    dark = ((parts.grey < level) & ((beside == 0) | ~np.repeat(inked, parts.rows + 1)[:, None])).astype(np.uint8)
    # What lies too near to ink is missing from a digit.
    whole = as_gray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((reach // 2 | 1, reach // 2 | 1), np.uint8)))
    left, top, width, height, area = connected(whole)[1][1:].T
    own = np.searchsorted(parts.begins, top, side="right") - 1
    top, room = top - parts.begins[own], parts.rooms[own]
    digit = (height >= FIELDS.faint_high * room) & (width <= room) & (area >= FIELDS.faint_ink * room * room)
    # Folds and shadows go through, rulings lie along the side.
    digit &= (top > 0) | (top + height < parts.rows[own])
    aside = (left == 0) | (left + width == parts.columns[own])
    digit &= ~(aside & (width <= FIELDS.faint_thin * room))
    found: NDArray[np.bool_] = np.bincount(own[digit], minlength=len(parts.begins)) > 0
    return found
