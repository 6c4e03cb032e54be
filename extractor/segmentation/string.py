"""Free strings: over-segmented into small pieces, and the lattice of all ways to join them into symbols."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.cuts import cut_columns, seams
from extractor.segmentation.lattice import Candidate, Lattice, stack_crops
from extractor.segmentation.pieces import FULL, Pieces, find_pieces, only
from extractor.segmentation.slant import slant, upright
from extractor.values import Box, Gray

MOST_JOINED = 5
"""A symbol is joined from at most this many pieces."""

WIDEST = 1.35
"""A symbol is at most this many line heights wide."""

MOST_PIECES = 120
"""More pieces than this in one field are no string of digits."""


def segment_string(field: FieldImage) -> Lattice:
    """The lattice of the string written in `field`; without any writing it has one node and no candidate."""
    empty = Lattice(1, (), stack_crops([]), comb=False)
    ink = _inside_only(field)
    if not (ink >= FULL).any():
        return empty
    shear = slant(ink)
    ink, extra = upright(ink, shear)
    pieces = find_pieces(ink)
    height = line_height(pieces)
    keep = (pieces.boxes[:, 2:].max(1) >= 0.08 * height) & (pieces.areas >= 0.004 * height * height)
    if not keep.any():
        return empty
    parts, boxes = _parts(ink, pieces, np.flatnonzero(keep), height)
    if len(boxes) > MOST_PIECES:
        return Lattice(1, (), stack_crops([]), comb=False, doubts=("more ink than a number has",))
    return _join(ink, parts, boxes, height, extra)


def line_height(pieces: Pieces) -> float:
    """The height of the digits in pixels: of the taller pieces, the one in the middle."""
    heights = pieces.boxes[:, 3]
    tall = heights[heights >= 0.5 * heights.max()]
    return float(max(4.0, np.median(tall)))


def _inside_only(field: FieldImage) -> Gray:
    """The ink without what is printed around the box and merely reaches into its margin."""
    pieces = find_pieces(field.ink)
    if len(pieces.areas) == 0:
        return field.ink
    box = field.inside
    top, left = max(0, round(box.top)), max(0, round(box.left))
    part = pieces.labels[top : max(top, round(box.bottom)), left : max(left, round(box.right))]
    share = np.bincount(part.ravel(), minlength=len(pieces.areas) + 1)[1:] / np.maximum(pieces.areas, 1)
    return only(field.ink, pieces, share >= 0.4)


def _parts(ink: Gray, pieces: Pieces, kept: NDArray[np.intp], height: float) -> tuple[NDArray[np.int32], list[Box]]:
    """Every kept piece, parted at its cuts: labels of the parts from left to right, 0 = none, and their boxes."""
    solid = ink >= FULL
    outline = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = outline[(outline >= cv2.dilate(outline, np.ones((3, 3), np.uint8)) - 1e-3) & solid]
    stroke = float(max(1.0, 2 * np.median(ridge))) if len(ridge) else 1.0
    labels = np.zeros(ink.shape, np.int32)
    count = 0
    for index in kept:
        x, y, w, h = (int(v) for v in pieces.boxes[index])
        own = pieces.labels[y : y + h, x : x + w] == index + 1
        columns = cut_columns(np.where(own, 255, 0).astype(np.uint8), height, stroke) if h > 0.3 * height else []
        side = np.zeros((h, w), np.int32)
        if columns:
            ways = seams(np.where(own, ink[y : y + h, x : x + w], 0).astype(np.uint8), columns, round(0.16 * height))
            side = (np.arange(w)[None, None, :] > ways[:, :, None]).sum(0).astype(np.int32)
        view = labels[y : y + h, x : x + w]
        for part in range(len(columns) + 1):
            chosen = own & (side == part)
            if int(chosen.sum()) >= 2:
                count += 1
                view[chosen] = count
    return _ordered(labels, count)


def _ordered(labels: NDArray[np.int32], count: int) -> tuple[NDArray[np.int32], list[Box]]:
    """`labels` renumbered from left to right by the middle of each part, and the parts' boxes in that order."""
    boxes = []
    for label in range(1, count + 1):
        x, y, w, h = cv2.boundingRect((labels == label).astype(np.uint8))
        boxes.append(Box(x, y, w, h))
    order = sorted(range(count), key=lambda i: boxes[i].left + boxes[i].width / 2)
    rank = np.zeros(count + 1, np.int32)
    for new, old in enumerate(order):
        rank[old + 1] = new + 1
    return rank[labels], [boxes[i] for i in order]


def _join(ink: Gray, labels: NDArray[np.int32], boxes: list[Box], height: float, extra: float) -> Lattice:
    candidates: list[Candidate] = []
    crops: list[Gray] = []
    for start in range(len(boxes)):
        left, top, right, bottom = 1e9, 1e9, 0.0, 0.0
        for end in range(start + 1, min(len(boxes), start + MOST_JOINED) + 1):
            box = boxes[end - 1]
            left, top = min(left, box.left), min(top, box.top)
            right, bottom = max(right, box.right), max(bottom, box.bottom)
            if right - left > WIDEST * height and end > start + 1:
                break
            view = np.s_[int(top) : int(bottom), int(left) : int(right)]
            part = labels[view]
            own = ((part > start) & (part <= end)).astype(np.uint8)
            symbol = ink[view] * own
            crops.append(mnist_crop(symbol))
            candidates.append(
                Candidate(
                    start,
                    end,
                    len(crops) - 1,
                    Box(left - extra, top, right - left, bottom - top),
                    pieces=end - start,
                    ink=float(own.sum()),
                )
            )
    return Lattice(len(boxes) + 1, tuple(candidates), stack_crops(crops), comb=False, line_height=height)
