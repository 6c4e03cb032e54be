"""Finding strings of writing on plain or lined paper: no box, only ink that stands in a row."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage, as_single_field
from extractor.finding.field_search import reading_order
from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import FoundField
from extractor.finding.rulings.lined_page import lined_paper_rulings
from extractor.geometry import together
from extractor.ink import as_gray
from extractor.template import TemplateField
from extractor.values import Gray, Points

LINED = -1
"""The label of the rulings of lined paper, which are no pieces."""


def find_strings(image: Gray) -> tuple[FoundField, ...]:
    """Every row of ink that may be a number on the picture `image`, shape (height, width), in reading order.

    What they hold is known once they are recognised: words, print and drawings are among them.
    """
    if min(image.shape) < FINDING.page_least:
        return ()
    shrink = max(1.0, max(image.shape) / FINDING.string_side)
    size = (round(image.shape[1] / shrink), round(image.shape[0] / shrink))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)) if shrink > 1 else image
    pieces, labels = _pieces(small)
    lowest = FINDING.string_height[0] * min(small.shape)
    rows = [pieces[group] for group in _rows(pieces[:, :4]) if pieces[group, 3].max() >= lowest]
    rows = sorted((row for row in rows if _stands_alone(row, labels)), key=lambda row: -_tall(row))
    rows = rows[: FINDING.strings_most]
    quads = [_around(row[:, :4]) * shrink for row in rows]
    quads = [quads[i] for i in reading_order(quads)]
    return tuple(FoundField.at(quad, "string", f"number_{number}") for number, quad in enumerate(quads, 1))


def string_field(image: Gray, found: FoundField) -> tuple[TemplateField, FieldImage]:
    """One string that was found on `image`, ready for segmentation, as a picture that is a field by itself is read."""
    corners = np.array(found.quad, np.float64)
    width = max(4, round(float(np.linalg.norm(corners[1] - corners[0]))))
    height = max(4, round(float(np.linalg.norm(corners[3] - corners[0]))))
    own = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(own, corners.astype(np.float32)), np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    field = as_single_field(as_gray(cut))
    return TemplateField(name=found.name, box=found.box), replace(field, matrix=matrix @ field.matrix)


def _pieces(image: Gray) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Left, top, width, height and label of the pieces of ink that may be symbols, shape (n, 5), and the label of each
    pixel's ink, 0 for paper and LINED for rulings, shape (height, width)."""
    short = min(image.shape)
    soft = as_gray(cv2.GaussianBlur(image, (3, 3), 0))
    # Against the mean around: edges of shadows and of other sheets give thin outlines, not solid areas.
    around = FINDING.string_ink_around.odd(short)
    paper = float(np.percentile(soft[::4, ::4], FINDING.paper_percentile))
    contrast = FINDING.string_ink_contrast.of(paper)
    dark = cv2.adaptiveThreshold(soft, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, around, contrast)
    rulings = lined_paper_rulings(as_gray(dark))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.subtract(dark, rulings), connectivity=8)
    labels[rulings > 0] = LINED
    boxes, areas = stats[1:, :4].astype(np.float64), stats[1:, cv2.CC_STAT_AREA]
    _, _, w, h = boxes.T
    lowest, tallest = FINDING.string_height
    kept = (h >= FINDING.string_lower * lowest * short) & (h <= tallest * short) & (w <= FINDING.string_shape * h)
    # A solid patch is a mark or a shadow; a 1 is solid too, but slim.
    emptiest, fullest = FINDING.string_filled
    kept &= (areas <= fullest * w * h) | (w < FINDING.string_slim * h)
    kept &= areas >= emptiest * w * h
    return np.c_[boxes, np.arange(1, len(boxes) + 1)][kept], np.asarray(labels, np.int32)


def _rows(pieces: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Indices of the pieces that stand in one row, from left to right; every piece is in one row."""
    count = len(pieces)
    if count == 0:
        return []
    left, top, width, height = pieces.T
    right, bottom = left + width, top + height
    taller = np.maximum(height[:, None], height[None, :])
    smaller = np.minimum(height[:, None], height[None, :])
    gap = np.maximum(left[:, None], left[None, :]) - np.minimum(right[:, None], right[None, :])
    shared = np.minimum(bottom[:, None], bottom[None, :]) - np.maximum(top[:, None], top[None, :])
    near = (gap < FINDING.string_gap * taller) & (shared > FINDING.string_level * smaller)
    near &= taller < FINDING.string_spread * smaller
    groups = together(count, ((int(a), int(b)) for a, b in np.argwhere(np.triu(near, 1))))
    return [group[np.argsort(left[group])] for group in groups]


def _tall(row: NDArray[np.float64]) -> float:
    """The height of a row of pieces, in pixels."""
    return float(np.percentile(row[:, 3], FINDING.letter_tall))


def _slope(row: NDArray[np.float64]) -> float:
    """The slope of a row of pieces; 0 where the row is too short to show one."""
    left, top, width, height = row[:, :4].T
    x, y = left + width / 2, top + height / 2
    # Over a long row only: the middles of a 1 and a 7 differ by themselves.
    symbols, heights = FINDING.string_sloped
    if len(row) < symbols or np.ptp(x) <= heights * _tall(row):
        return 0.0
    level, steepest = FINDING.string_slope
    slope = float(np.polyfit(x, y, 1)[0])
    return max(-steepest, min(steepest, slope)) if abs(slope) > level else 0.0


def _stands_alone(row: NDArray[np.float64], labels: NDArray[np.int32]) -> bool:
    """Whether hardly any ink but its own is within a row and at both of its ends."""
    left, top, width, height = row[:, :4].T
    tall, slope = _tall(row), _slope(row)
    reach = FINDING.string_gap * tall
    begins, ends = max(0, round(left.min() - reach)), round((left + width).max() + reach)
    part = labels[round(top.min()) : round((top + height).max()), begins:ends]
    y, x = np.nonzero((part != 0) & ~np.isin(part, row[:, 4].astype(np.int32)))
    middle = (top + height / 2).mean() + slope * (x + begins - (left + width / 2).mean())
    beside, through = FINDING.foreign_near
    within = np.where(part[y, x] == LINED, through, beside) * tall
    return bool((np.abs(y + top.min() - middle) < within).sum() < FINDING.foreign_ink * tall * tall)


def _around(boxes: NDArray[np.float64]) -> Points:
    """The corners, shape (4, 2), of the room around a row of pieces, along its slope."""
    left, top, width, height = boxes.T
    tall, angle = _tall(boxes), math.atan(_slope(boxes))
    turn = np.array(((math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))))
    corners = np.concatenate([np.stack([x, y], 1) for x in (left, left + width) for y in (top, top + height)])
    flat = corners @ turn.T
    margin = FINDING.string_margin * tall
    low, high = flat.min(0) - margin, flat.max(0) + margin
    around = np.array([(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])])
    return np.asarray(around @ turn, np.float64)
