"""Free strings: over-segmented into small pieces, and the lattice of all ways to join them into symbols."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.ink import STROKE, as_gray
from extractor.pieces import Pieces, find_pieces
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.inside import inside_only
from extractor.segmentation.lattice import Candidate, Lattice, stack_crops
from extractor.segmentation.seams import cut_columns, seams
from extractor.segmentation.segmentation_parameters import SEGMENTATION, Cutting
from extractor.segmentation.slant import slant, upright
from extractor.values import Box, Gray


def segment_string(field: FieldImage) -> Lattice:
    """The lattice of the string written in `field`; without any writing it has one node and no candidate."""
    empty = Lattice(1, (), stack_crops([]), comb=False)
    ink = inside_only(field)
    if not _holds_writing(ink, field.inside.height):
        return empty
    ink, extra = upright(ink, slant(ink))
    lowest = SEGMENTATION.string_lowest * field.inside.height
    ink, pieces = _without_crumbs(ink, lowest)
    parts = part_ink(ink, pieces, lowest, SEGMENTATION.cutting)
    if parts is None:
        return empty
    if len(parts.parts) > SEGMENTATION.string_most_pieces:
        return Lattice(1, (), stack_crops([]), comb=False, doubts=("more ink than a number has",))
    return join(parts, extra)


@dataclass(frozen=True)
class Part:
    """The smallest unit that symbols are joined from, out of the connected piece number `piece`: `cut` if it is only a
    part of that, `crossed` being how many widths of the stroke the cut on its left crosses; `point`, from 0 to 1, is
    how much it looks like a point or comma; `middle` is that of its whole piece, if that is no wider than a symbol."""

    box: Box
    piece: int
    cut: bool
    crossed: float
    point: float
    middle: float | None

    @property
    def order(self) -> tuple[float, float]:
        own = self.box.left + self.box.width / 2
        return (own if self.middle is None else self.middle), own


@dataclass(frozen=True, eq=False)
class Parts:
    """The `parts` of some ink from left to right: `labels`, shape that of `ink`, has the number of each, from 1, and 0
    for none; `height` is that of the digits in pixels. At most `joined` are one symbol."""

    ink: Gray
    labels: NDArray[np.int32]
    parts: list[Part]
    height: float
    joined: int


def part_ink(ink: Gray, pieces: Pieces, lowest: float, cutting: Cutting) -> Parts | None:
    """The parts of upright `ink`, whose digits are at least `lowest` pixels high; None where all is dirt."""
    if len(pieces.areas) == 0:
        return None
    height = max(line_height(pieces), lowest)
    keep = pieces.boxes[:, 2:].max(1) >= SEGMENTATION.string_speck * height
    keep &= pieces.areas >= SEGMENTATION.string_speck_area * height * height
    if not keep.any():
        return None
    labels, parts = _parts(ink, pieces, np.flatnonzero(keep), height, cutting)
    return Parts(ink, labels, parts, height, cutting.joined)


def _holds_writing(ink: Gray, height: float) -> bool:
    pieces = find_pieces(ink)
    return len(pieces.areas) > 0 and bool((pieces.boxes[:, 2:].max(1) >= SEGMENTATION.string_smallest * height).any())


def _without_crumbs(ink: Gray, lowest: float) -> tuple[Gray, Pieces]:
    """The ink with its pieces; where grainy strokes (pencil, a worn pen) fell into crumbs, their gaps are closed."""
    pieces = find_pieces(ink)
    height = max(line_height(pieces), lowest)
    sizes = pieces.boxes[:, 2:].max(1)
    crumbs = int(((sizes >= SEGMENTATION.string_speck * height) & (sizes < SEGMENTATION.string_whole * height)).sum())
    if crumbs <= int((sizes >= SEGMENTATION.string_whole * height).sum()):
        return ink, pieces
    reach = max(3, round(SEGMENTATION.string_closed * height)) | 1
    closed = as_gray(
        cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    )
    return closed, find_pieces(closed)


def line_height(pieces: Pieces) -> float:
    """The height of the digits in pixels: of the taller pieces, the one in the middle.

    Where all pieces are much smaller than the span from the top of the writing to its foot, the digits are broken, and
    the span says more.
    """
    top, height = pieces.boxes[:, 1], pieces.boxes[:, 3]
    usual = float(np.median(height[height >= SEGMENTATION.string_tall * height.max()]))
    large = pieces.boxes[:, 2:].max(1) >= SEGMENTATION.string_large * usual
    span = float((top + height)[large].max() - top[large].min())
    return max(4.0, usual if usual >= SEGMENTATION.string_broken * span else SEGMENTATION.string_of_span * span)


def _parts(
    ink: Gray, pieces: Pieces, kept: NDArray[np.intp], height: float, cutting: Cutting
) -> tuple[NDArray[np.int32], list[Part]]:
    """Every kept piece, parted at its cuts: labels of the parts from left to right, 0 = none, and the parts."""
    stroke = _stroke_width(ink)
    tall = pieces.boxes[kept][pieces.boxes[kept, 3] >= SEGMENTATION.string_whole * height]
    base = float(np.median(tall[:, 1] + tall[:, 3])) if len(tall) else float(ink.shape[0])
    labels = np.zeros(ink.shape, np.int32)
    parts: list[Part] = []
    for index in kept:
        x, y, w, h = (int(v) for v in pieces.boxes[index])
        own = pieces.labels[y : y + h, x : x + w] == index + 1
        level = h < SEGMENTATION.string_flat * height or (w > 2 * h and h < SEGMENTATION.string_dash * height)
        columns = [] if level else cut_columns(np.where(own, 255, 0).astype(np.uint8), height, stroke, cutting)
        side, crossed = np.zeros((h, w), np.int32), [0.0]
        if columns:
            own_ink = np.where(own, ink[y : y + h, x : x + w], 0).astype(np.uint8)
            paths = seams(own_ink, columns, round(cutting.reach * height))
            side = (np.arange(w)[None, None, :] > paths[:, :, None]).sum(0).astype(np.int32)
            inside = own_ink[np.arange(h), paths.clip(0, w - 1)]
            crossed += (inside.sum(1, dtype=np.float64) / (255 * stroke)).tolist()
        hangs = y + h > base + SEGMENTATION.string_comma_hangs * height
        comma = h < SEGMENTATION.string_comma * height and w < h and hangs
        low = y + h / 2 > base - SEGMENTATION.string_point_rises * height
        point = low and (comma or max(w, h) < SEGMENTATION.string_point * height)
        # What one digit is made of stays together in the order, also where a point lies under it or a bar over it.
        middle = x + w / 2 if w < SEGMENTATION.string_widest * height else None
        view = labels[y : y + h, x : x + w]
        for part in range(len(columns) + 1):
            chosen = own & (side == part)
            if int(chosen.sum()) < SEGMENTATION.string_fewest:
                continue
            left, top, width, tall_ = cv2.boundingRect(chosen.astype(np.uint8))
            box = Box(x + left, y + top, width, tall_)
            parts.append(Part(box, int(index), bool(columns), crossed[part], float(point and not columns), middle))
            view[chosen] = len(parts)
    return _ordered(labels, parts)


def _stroke_width(ink: Gray) -> float:
    """The usual width of the pen's stroke in pixels: twice the distance from its middle to its edge."""
    solid = ink >= STROKE
    depth = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = depth[(depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-3) & solid]
    return float(max(1.0, 2 * np.median(ridge))) if len(ridge) else 1.0


def _ordered(labels: NDArray[np.int32], parts: list[Part]) -> tuple[NDArray[np.int32], list[Part]]:
    """`labels` and `parts` from left to right by the middle of each part; what lies under others is less of a point."""
    order = sorted(range(len(parts)), key=lambda i: parts[i].order)
    rank = np.zeros(len(parts) + 1, np.int32)
    for new, old in enumerate(order):
        rank[old + 1] = new + 1
    sorted_parts = [parts[i] for i in order]
    out = []
    for i, part in enumerate(sorted_parts):
        beside = [p.box for p in sorted_parts[max(0, i - 2) : i + 3] if p is not part and not p.point]
        # A digit may lean over a point, but then a comma still reaches lower than the digit does.
        under = any(
            min(part.box.right, box.right) - max(part.box.left, box.left) > SEGMENTATION.string_covered * part.box.width
            and part.box.bottom < box.bottom + SEGMENTATION.string_below * part.box.height
            for box in beside
        )
        out.append(replace(part, point=SEGMENTATION.string_under * part.point if under else part.point))
    return rank[labels], out


def join(whole: Parts, extra: float) -> Lattice:
    """The lattice of all ways to join parts into symbols, its boxes `extra` columns further left."""
    ink, labels, parts, height = whole.ink, whole.labels, whole.parts, whole.height
    candidates: list[Candidate] = []
    crops: list[Gray] = []
    for start in range(len(parts)):
        left, top, right, bottom = 1e9, 1e9, 0.0, 0.0
        for end in range(start + 1, min(len(parts), start + whole.joined) + 1):
            box = parts[end - 1].box
            left, top = min(left, box.left), min(top, box.top)
            right, bottom = max(right, box.right), max(bottom, box.bottom)
            if right - left > SEGMENTATION.string_widest * height and end > start + 1:
                break
            view = np.s_[int(top) : int(bottom), int(left) : int(right)]
            part = labels[view]
            own = ((part > start) & (part <= end)).astype(np.uint8)
            crops.append(mnist_crop(ink[view] * own))
            single = end == start + 1
            candidates.append(
                Candidate(
                    start,
                    end,
                    len(crops) - 1,
                    Box(left - extra, top, right - left, bottom - top),
                    pieces=end - start,
                    ink=float(own.sum()),
                    whole=single and not parts[start].cut,
                    points=sum(p.point for p in parts[start:end]),
                    crossed=_crossed(parts, start) + _crossed(parts, end),
                )
            )
    return Lattice(len(parts) + 1, tuple(candidates), stack_crops(crops), comb=False, line_height=height)


def _crossed(parts: list[Part], node: int) -> float:
    """How much ink a cut at the node crosses, in widths of the stroke; 0 where none is cut there."""
    if not 0 < node < len(parts) or parts[node - 1].piece != parts[node].piece:
        return 0.0
    return parts[node].crossed
