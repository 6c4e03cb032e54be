"""What is odd about the writing in a field: a stroke through it, or digits that leave the box."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.ink import as_gray
from extractor.pieces import Pieces
from extractor.segmentation.comb_ends import leaves_comb
from extractor.segmentation.inside import inside_pieces
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.segmentation.stroke_through import is_struck_through
from extractor.segmentation.text_line import HEIGHT, Writing
from extractor.values import Doubt, DoubtKind, Gray

STRUCK_THROUGH = Doubt(DoubtKind.STRUCK, "a stroke runs through it; it may be struck out", most=0.5)

LEFT_OUT = Doubt(DoubtKind.FAINT, "something faint beside it may be a digit", most=0.9, provable=True)

ACROSS = Doubt(DoubtKind.EDGE, "a digit lies across a side of its box or goes on beyond it", most=0.5, provable=True)


def comb_doubts(field: FieldImage, written: str) -> tuple[Doubt, ...]:
    """The doubts about a comb in which `written`, a character for each cell, was read."""
    across = (ACROSS,) if leaves_comb(field, written) else ()
    digits = [cell for cell, symbol in enumerate(written) if symbol.isalnum() and symbol != "X"]
    if not digits or len(written) != len(field.cells) - 1:
        return across
    box, around = field.inside, SEGMENTATION.stroke_around * field.inside.height
    left, right = field.cells[digits[0]] - around, field.cells[digits[-1] + 1] + around
    part = field.ink[max(0, round(box.top)) : round(box.bottom), max(0, round(left)) : round(right)]
    height = HEIGHT
    size = (max(1, round(part.shape[1] * height / max(1, part.shape[0]))), height)
    line = as_gray(cv2.resize(part, size, interpolation=cv2.INTER_AREA)) if part.size else part
    return (STRUCK_THROUGH, *across) if is_struck_through(line) else across


def string_doubts(field: FieldImage, line: Gray | None, writing: Writing | None = None) -> tuple[Doubt, ...]:
    """The doubts about a free string in `field`, the text `line` of which has digits; None where it has none.
    `writing` is what the line was drawn from."""
    doubts = []
    if line is not None and is_struck_through(line):
        doubts.append(STRUCK_THROUGH)
    if line is not None and writing is not None and stands_beside(field, writing):
        doubts.append(LEFT_OUT)
    if field.printed and leaves_box(field):
        doubts.append(ACROSS)
    return tuple(doubts)


def stands_beside(field: FieldImage, writing: Writing) -> bool:
    """Whether crumbs of ink, as high together as a digit, stand before or after the `writing` in `field` and are no
    part of it: a digit for which the pen ran dry."""
    pieces = field.pieces
    left, top, width, height = pieces.boxes.T
    high, params = writing.high - writing.low, SEGMENTATION
    middle = top + height / 2 - writing.rise * (left + width / 2)
    level = (middle > writing.low) & (middle < writing.high) & (width < params.text_dash_flat * height)
    if field.printed:
        level &= inside_pieces(field, pieces)
    for beside in (left + width <= writing.xs.min(), left > writing.xs.max()):
        crumbs = np.flatnonzero(level & beside)
        if pieces.areas[crumbs].sum() >= params.beside_ink * high**2:
            across = np.ptp(np.concatenate((left[crumbs], (left + width)[crumbs])))
            down = np.ptp(np.concatenate((top[crumbs], (top + height)[crumbs])))
            if down >= params.beside_high * high and across <= params.beside_wide * high:
                return True
    return False


def leaves_box(field: FieldImage) -> bool:
    """Whether a digit lies across a side of the box of `field`, a free string, or the string goes on outside.

    A digit that is left out counts wherever it reaches well into the box, one that is taken only where another field
    begins on that side: people write over the end of a box that stands free.
    """
    pieces = field.pieces
    if len(pieces.areas) == 0:
        return False
    box, params, least = field.inside, SEGMENTATION, SEGMENTATION.inside_least
    left, top, width, height = pieces.boxes.T
    middle = top + height / 2
    digits = _digits(field, pieces)
    level = digits & (middle > box.top) & (middle < box.bottom)
    over = level & ((left < box.left) | (left + width > box.right))
    outside = np.zeros(len(over), np.bool_)
    if _is_broken_across(field, pieces, digits):
        return True
    for index in np.flatnonzero(over).tolist():
        before, after = _shares(pieces, index, axis=0, low=box.left, high=box.right)
        inside = 1 - before - after
        if params.edge_touches < inside < least:
            return True
        wide = (float(box.left - left[index]), float(left[index] + width[index] - box.right))
        for other, share, beyond in zip(field.beside, (before, after), wide, strict=True):
            if (
                other
                and inside >= least
                and (share > 1 - params.edge_reaches or beyond > params.edge_wide * width[index])
            ):
                return True
        outside[index] = inside <= params.edge_touches
    # What lies outside may be a point, cut off by the picture's edge, or broken where it crosses a ruling.
    beside = np.abs(middle - box.top - box.height / 2) < params.edge_level * box.height
    part = beside & (height >= params.edge_part * box.height)
    small = beside & (np.maximum(width, height) >= params.edge_small * box.height)
    taken = inside_pieces(field, pieces)
    outside |= small & ~taken & ((left < box.left) | (left + width > box.right))
    if _goes_on(field, pieces, (level | part) & ~outside, outside) or _left_out(field, pieces, taken):
        return True
    if _hangs_on_print(field, pieces, taken):
        return True
    # Above and below: strokes may hang over, but what is much longer outside may be another line's, or cut off.
    beyond = np.maximum(box.top - top, top + height - box.bottom) > params.edge_beyond * box.height
    across = (
        digits
        & beyond
        & (np.minimum(top + height, box.bottom) > np.maximum(top, box.top) + params.edge_part * box.height)
    )
    return bool((across & (left > box.left) & (left + width < box.right)).any())


def _digits(field: FieldImage, pieces: Pieces) -> NDArray[np.bool_]:
    """Which pieces are as large as digits, and no rulings."""
    params, box = SEGMENTATION, field.inside
    left, top, width, height = pieces.boxes.T
    # What is left of an upright ruling lies along a side of the box and goes on beyond its top or foot.
    along = np.minimum(np.abs(left + width / 2 - box.left), np.abs(left + width / 2 - box.right))
    ruling = (along < params.inside_edge * box.height) & (width < params.edge_ruling * box.height)
    ruling &= (top < box.top) | (top + height > box.bottom)
    large = (height >= params.edge_high * box.height) & (width >= params.edge_thin * box.height)
    return np.asarray(large & ~ruling, np.bool_)


def _is_broken_across(field: FieldImage, pieces: Pieces, digits: NDArray[np.bool_]) -> bool:
    """Whether pieces that are no `digits` by themselves lie one below the other across a side of the box, and are as
    high as a digit together: one that is broken, as where it crosses the ruling."""
    params, box = SEGMENTATION, field.inside
    left, top, width, height = pieces.boxes.T
    thin = params.edge_thin * box.height
    parts = ~digits & (height >= params.edge_part * box.height) & (width >= params.edge_part * box.height)
    for side in (box.left, box.right):
        across = np.flatnonzero(parts & (left < side - thin) & (left + width > side + thin))
        if len(across) > 1:
            low, high = int(top[across].min()), int((top + height)[across].max())
            gaps = np.sort(top[across])[1:] - np.sort((top + height)[across])[:-1]
            near = gaps.max() <= params.edge_part * box.height
            if near and high - low >= params.edge_high * box.height and box.top < (low + high) / 2 < box.bottom:
                return True
    return False


def _left_out(field: FieldImage, pieces: Pieces, taken: NDArray[np.bool_]) -> bool:
    """Whether a digit that lies across the top or the foot of the box, and counts as another row's, stands in the row
    of those that are `taken`: these lie across it as well."""
    params, box = SEGMENTATION, field.inside
    left, top, width, height = pieces.boxes.T
    digits = _digits(field, pieces)
    reaches = np.minimum(top + height, box.bottom) - np.maximum(top, box.top) > params.edge_part * box.height
    within = (left < box.right) & (left + width > box.left)
    lost, read = digits & reaches & within & ~taken, taken & (height >= params.edge_part * box.height)
    if not lost.any() or not read.any():
        return False
    low, high = int(top[read].min()), int((top + height)[read].max())
    shared = np.minimum(top + height, high) - np.maximum(top, low)
    return bool((lost & (shared > params.edge_same_row * (high - low))).any())


def _hangs_on_print(field: FieldImage, pieces: Pieces, taken: NDArray[np.bool_]) -> bool:
    """Whether writing reaches into the box that is not `taken`, since it has grown together with what is printed
    around the box, such as a thick ruling: then it crosses a corner of it."""
    box, params = field.inside, SEGMENTATION
    left, top, width, height = pieces.boxes.T
    beside = (left < box.left) | (left + width > box.right)
    grown = ~taken & beside & ((top < box.top) | (top + height > box.bottom))
    if not grown.any():
        return False
    inset = params.edge_part * box.height
    rows = slice(max(0, round(box.top + inset)), max(0, round(box.bottom - inset)))
    columns = slice(max(0, round(box.left + inset)), max(0, round(box.right - inset)))
    counts = np.bincount(pieces.labels[rows, columns].ravel(), minlength=len(pieces.areas) + 1)[1:]
    return bool((counts[grown] >= params.edge_written * box.height**2).any())


def _shares(pieces: Pieces, index: int, *, axis: int, low: float, high: float) -> tuple[float, float]:
    """The shares of a piece's ink before `low` and from `high` on, along x (`axis` 0) or y (1)."""
    x, y, w, h = (int(v) for v in pieces.boxes[index])
    counts = (pieces.labels[y : y + h, x : x + w] == index + 1).sum(axis)
    at = (y if axis else x) + np.arange(len(counts))
    total = counts.sum()
    return float(counts[at < low].sum() / total), float(counts[at >= high].sum() / total)


def _goes_on(field: FieldImage, pieces: Pieces, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> bool:
    """Whether a digit outside stands as near to the last one inside as the digits of one number do."""
    if not outside.any() or not inside.any():
        return False
    box, params = field.inside, SEGMENTATION
    begin, end = pieces.boxes[:, 0], pieces.boxes[:, 0] + pieces.boxes[:, 2]
    near, close = params.edge_near * box.height, params.edge_close * box.height
    last, first = int(end[inside].max()), int(begin[inside].min())
    right = outside & (begin >= last) & (begin - last < near) & (box.right - last < close)
    left = outside & (end <= first) & (first - end < near) & (first - box.left < close)
    return bool((right | left).any())
