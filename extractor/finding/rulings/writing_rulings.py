"""Rulings to write on: solid or dotted, with room above."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.finding.printed.print_or_writing import Print, is_printed
from extractor.finding.rulings.page_rulings import Rulings
from extractor.values import Box, Mask, Points


def find_writing_rulings(rulings: Rulings, page: Print, cells: list[Cell]) -> list[Points]:
    """Corners, shape (4, 2), of the room above each ruling to write on, in pixels of the work page.

    `cells` are all printed rectangles, frames with print included: nobody writes on their sides.
    """
    dark, long_side = page.dark, page.long_side
    both = cv2.bitwise_or(rulings.level, rulings.dotted)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    along = np.ones((round(FINDING.writing_frame * long_side), 1), np.uint8)
    frames = cv2.dilate(cv2.morphologyEx(rulings.upright, cv2.MORPH_OPEN, along), np.ones((7, 7), np.uint8))
    slope, upright = FINDING.writing_slope
    candidates: list[tuple[Box, Points, bool]] = []
    for label in range(1, len(stats)):
        left, top, w, h, area = (int(v) for v in stats[label])
        if w < FINDING.writing_length * long_side or area > FINDING.writing_thickness * long_side * w:
            continue
        if h > slope * w + upright:
            continue
        own = labels[top : top + h, left : left + w] == label
        if (own & (frames[top : top + h, left : left + w] > 0)).any():
            continue
        ends = _along(own)
        if not _is_straight(own, ends) or not _is_clear(dark, own, left, top):
            continue
        dotted = bool((rulings.dotted[top : top + h, left : left + w][own] > 0).mean() > FINDING.writing_dotted)
        candidates.append((Box(left, top, w, h), ends + np.array((left, top)), dotted))
    bars = [box for box, _, _ in candidates] + [side for cell in cells for side in _sides(cell.box)]
    found = []
    for box, ends, dotted in candidates:
        room = _room(box, bars, long_side)
        if room < FINDING.writing_room[0] * long_side:
            continue
        above = Box(box.left, ends[:, 1].min() - room, box.width, room)
        long = box.width > 0.5 * dark.shape[1]
        if not dotted and (long or _underlines(page, above) or not _labelled(dark, box, long_side)):
            continue
        found.append(np.array((ends[0] - (0, room), ends[1] - (0, room), ends[1], ends[0])))
    return found


def _along(own: np.ndarray) -> Points:
    """The two ends of a ruling's upper edge, shape (2, 2), from the mask of its own bounds."""
    at = np.flatnonzero(own.any(0))
    edge = own.argmax(0)[at].astype(np.float64)
    half = max(1, len(at) // 2)
    y1, y2 = float(np.median(edge[:half])), float(np.median(edge[half:])) if len(at) > half else float(edge[-1])
    slope = (y2 - y1) / max(1.0, len(at) / 2)
    middle = (y1 + y2) / 2
    reach = own.shape[1] / 2
    return np.array(((0.0, middle - slope * reach), (own.shape[1], middle + slope * reach)))


def _is_straight(own: np.ndarray, ends: Points) -> bool:
    """Whether a ruling, a mask of its own bounds, keeps to the straight way between its `ends`, and is level enough:
    lettering that runs together does not."""
    if abs(ends[1, 1] - ends[0, 1]) > FINDING.writing_fall * own.shape[1]:
        return False
    at = np.flatnonzero(own.any(0))
    way = np.interp(at + 0.5, ends[:, 0], ends[:, 1])
    thick = own.sum(0)[at]
    off = np.abs(own.argmax(0)[at] - way)
    usual = float(np.median(thick))
    uneven = np.abs(thick - usual)
    return all(float((one <= FINDING.writing_even).mean()) >= FINDING.writing_straight for one in (off, uneven))


def _is_clear(dark: Mask, own: np.ndarray, left: int, top: int) -> bool:
    """Whether there is paper right above and below most of a ruling: through lettering there is not."""
    at = np.flatnonzero(own.any(0))
    first, last = own.argmax(0)[at] + top, own.shape[0] - own[::-1].argmax(0)[at] + top
    at = at + left
    bottom = dark.shape[0] - 1
    above = np.any([dark[(first - k).clip(0), at] > 0 for k in FINDING.paper_above], 0)
    below = np.any([dark[(last + k).clip(None, bottom), at] > 0 for k in FINDING.paper_below], 0)
    most_above, most_below = FINDING.ink_beside
    return bool(above.mean() < most_above) and bool(below.mean() < most_below)


def _sides(box: Box) -> list[Box]:
    thick = FINDING.bar_thickness
    return [Box(box.left, y - thick / 2, box.width, thick) for y in (box.top, box.bottom)]


def _room(ruling: Box, bars: list[Box], long_side: int) -> float:
    """Pixels from `ruling` up to the next one above it, at most what writing needs."""
    room, thick = FINDING.writing_room[1] * long_side, FINDING.bar_thickness
    for bar in bars:
        shared = min(ruling.right, bar.right) - max(ruling.left, bar.left)
        gap = ruling.top - bar.bottom
        if shared <= FINDING.bar_shared * ruling.width or bar == ruling:
            continue
        if -thick / 2 < gap < room:
            room = max(0.0, gap)
        # The ruling is itself a side of a printed rectangle.
        if abs(ruling.top - bar.top) <= thick and bar.height == thick:
            return 0.0
    return room


def _underlines(page: Print, above: Box) -> bool:
    """Whether print stands on the ruling: then it underlines a word or a heading."""
    long_side = page.long_side
    away, height = (share * long_side for share in FINDING.underline_reach)
    near = Box(above.left, above.bottom - away, above.width, height)
    high = Box(near.left, near.top - near.height, near.width, 2 * near.height)
    return is_printed(page, high)


def _labelled(dark: Mask, ruling: Box, long_side: int) -> bool:
    """Whether print stands just left of the ruling, or below its beginning."""
    reach = round(FINDING.label_reach * long_side)
    top, left = max(0, round(ruling.top) - reach // 2), max(0, round(ruling.left) - reach)
    beside = dark[top : round(ruling.top) + 2, left : max(left, round(ruling.left) - 2)]
    begin, foot = round(ruling.left), round(ruling.bottom)
    below = dark[foot + 3 : foot + reach, begin : begin + 3 * reach]
    return any(int(np.count_nonzero(part)) > FINDING.label_ink * reach for part in (beside, below))
