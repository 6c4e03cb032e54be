"""The barcode in a field of a registered sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.barcodes.code_reader import (
    LEAST_SIDE,
    MOST_SIDE,
    SURE,
    SeenCode,
    confirmed_by_bars,
    read_bars,
    read_codes,
    read_squares,
)
from extractor.geometry import between_centres, transform
from extractor.ink import as_gray
from extractor.values import Box, Gray, Points

BESIDE_CODE = 0.25
"""Of a field's box, on either side: a code may lie off, and needs paper around it."""


@dataclass(frozen=True)
class FieldCodes:
    """The codes whose middle lies in a field, each once; none where no code can be read."""

    codes: tuple[SeenCode, ...] = ()


def field_codes(image: Gray, matrix: Points, box: Box, known: Sequence[SeenCode] = ()) -> FieldCodes:
    """The codes in `box` of the page `image`; `matrix`, shape (3, 3), takes template units to its pixels. Of those that
    are `known` from the page none is read again."""
    inside = _in_box(known, matrix, box)
    if inside and all(one.confidence >= SURE for one in inside):
        return FieldCodes(inside)
    wide, high = BESIDE_CODE * box.width, BESIDE_CODE * box.height
    around = Box(box.left - wide, box.top - high, box.width + 2 * wide, box.height + 2 * high)
    upright, to_page = _upright(image, matrix, around)
    found = read_codes(upright)
    if not found:
        found = read_squares(upright)
    if not found or any(one.confidence < SURE for one in found):
        bars = read_bars(upright)
        sure = [one for one in bars if one.confidence >= SURE]
        # What reads alike in many bands outweighs what was read once.
        found = sure if sure and len(found) <= 1 else [confirmed_by_bars(one, bars, upright) for one in found] or bars
    return FieldCodes(_in_box([one.moved(to_page) for one in found], matrix, box))


def _upright(image: Gray, matrix: Points, box: Box) -> tuple[Gray, Points]:
    """The part of the page in `box`, upright, and the mapping of its pixels to those of the page."""
    corners = transform(matrix, box.corners)
    wide = float(np.linalg.norm(corners[1] - corners[0]))
    high = float(np.linalg.norm(corners[3] - corners[0]))
    shrink = max(1.0, max(wide, high) / MOST_SIDE)
    width, height = max(LEAST_SIDE, round(wide / shrink)), max(LEAST_SIDE, round(high / shrink))
    to_page = matrix @ np.array(((box.width / width, 0, box.left), (0, box.height / height, box.top), (0, 0, 1.0)))
    to_page = between_centres(to_page)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    picture = cv2.warpPerspective(image, to_page, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return as_gray(picture), to_page


def _in_box(codes: Sequence[SeenCode], matrix: Points, box: Box) -> tuple[SeenCode, ...]:
    quad = transform(matrix, box.corners).astype(np.float32)
    inside = [
        one for one in codes if cv2.pointPolygonTest(quad, (float(one.middle[0]), float(one.middle[1])), False) >= 0
    ]
    return tuple({one.text: one for one in inside}.values())
