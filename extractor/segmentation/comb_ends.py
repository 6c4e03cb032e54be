"""Digits across an outer side of a comb, or beyond it: what a comb reads is then a part of the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.pieces import Pieces
from extractor.segmentation.beyond_combs import beyond_combs
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray


def with_ends(image: Gray, fields: Sequence[FieldImage]) -> list[FieldImage]:
    """`fields`, all of one page, whose picture is `image`, of which combs know whether something like a digit stands
    beyond their ends, no more than a cell away. What stands so beside many of them is print."""
    combs = [place for place, field in enumerate(fields) if len(field.cells) > len(field.beside)]
    ends = np.array([_beyond(fields[place]) for place in combs], np.bool_).reshape(-1, 2)
    ends |= beyond_combs(image, [fields[place] for place in combs])
    printed = ends.sum(0) > max(1.0, SEGMENTATION.end_printed * len(combs))
    ends &= ~printed
    known = dict(zip(combs, ends.tolist(), strict=True))
    return [
        replace(field, ends=(known[place][0], known[place][1])) if any(known.get(place, ())) else field
        for place, field in enumerate(fields)
    ]


def leaves_comb(field: FieldImage, written: str) -> bool:
    """Whether a digit lies across an outer side of a comb in which `written`, a character for each cell, was read; or
    stands beyond it, beside a cell with a digit."""
    if any(end and symbol.isdigit() for end, symbol in zip(field.ends, (written[:1], written[-1:]), strict=True)):
        return True
    pieces = field.pieces
    inside = _inside(field, pieces)
    across = (inside > SEGMENTATION.edge_touches) & (inside < SEGMENTATION.end_inside)
    return bool((_digits(field, pieces) & across).any())


def _digits(field: FieldImage, pieces: Pieces) -> NDArray[np.bool_]:
    """Which pieces are as large as digits."""
    params, high = SEGMENTATION, field.inside.height
    return (pieces.boxes[:, 3] >= params.edge_high * high) & (pieces.boxes[:, 2] >= params.edge_thin * high)


def _inside(field: FieldImage, pieces: Pieces) -> NDArray[np.float64]:
    """The share of each piece's ink that lies inside the comb, a little away from its sides: nearer to them lies what
    is left of rulings."""
    box = field.inside
    inset = SEGMENTATION.edge_thin * box.height
    rows = slice(max(0, round(box.top + inset)), max(0, round(box.bottom - inset)))
    columns = slice(max(0, round(box.left + inset)), max(0, round(box.right - inset)))
    counts = np.bincount(pieces.labels[rows, columns].ravel(), minlength=len(pieces.areas) + 1)[1:]
    shares: NDArray[np.float64] = counts / np.maximum(pieces.areas, 1)
    return shares


def _beyond(field: FieldImage) -> tuple[bool, bool]:
    """Whether something like a digit stands beyond either end of a comb, where no other field begins: as high as the
    digits in it, or cut off by the picture's edge."""
    box, params = field.inside, SEGMENTATION
    pieces = field.pieces
    left, top, width, height = pieces.boxes.T
    before, after = left + width / 2 < box.left, left + width / 2 > box.right
    # Rulings of what stands there are as high as the comb.
    level = np.abs(top + height / 2 - box.top - box.height / 2) < params.edge_level * box.height
    outside = (before | after) & level & (height < box.height)
    if not outside.any():
        return False, False
    digits, inside = _digits(field, pieces), _inside(field, pieces)
    own = height[digits & (inside >= params.end_inside)]
    least = params.end_high * float(np.median(own)) if len(own) else 0.0
    cut_off = (left == 0) | (left + width == field.ink.shape[1])
    outside &= inside < params.end_inside
    outside &= (digits & (height >= least)) | (cut_off & (np.maximum(width, height) >= params.edge_part * box.height))
    for index in np.flatnonzero(outside).tolist():
        outside[index] = not _is_solid(pieces, index, round(params.end_solid * box.height))
    left_beside, right_beside = field.beside
    return bool((outside & before).any()) and not left_beside, bool((outside & after).any()) and not right_beside


def _is_solid(pieces: Pieces, index: int, side: int) -> bool:
    """Whether a piece holds a square of ink with such a side, which no stroke of a pen does."""
    x, y, w, h = (int(v) for v in pieces.boxes[index])
    mask = (pieces.labels[y : y + h, x : x + w] == index + 1).astype(np.uint8)
    return bool(cv2.erode(mask, np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0).any())
