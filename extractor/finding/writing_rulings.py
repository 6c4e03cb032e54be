"""Writing lines: ruled or dotted, with room above to write in."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.finding.cells import Cell
from extractor.finding.page_rulings import Rulings
from extractor.finding.print_or_writing import Print, is_printed
from extractor.values import Box, Mask, Points

LEAST_LENGTH, LEAST_ROOM, MOST_ROOM = 0.04, 0.011, 0.028
"""Shares of the page's long side: the shortest line to write on, the least room above it and the most that is taken."""


def find_writing_rulings(lines: Rulings, page: Print, cells: list[Cell]) -> list[Points]:
    """Corners, shape (4, 2), of the room above each writing line, in pixels of the work page.

    `cells` are all printed rectangles, frames with print included: their sides are no writing lines.
    """
    dark, long_side = page.dark, page.long_side
    both = cv2.bitwise_or(lines.level, lines.dotted)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(both, connectivity=8)
    long_upright = cv2.morphologyEx(lines.upright, cv2.MORPH_OPEN, np.ones((round(0.018 * long_side), 1), np.uint8))
    frames = cv2.dilate(long_upright, np.ones((7, 7), np.uint8))
    candidates: list[tuple[Box, Points, bool]] = []
    for label in range(1, len(stats)):
        left, top, w, h, area = (int(v) for v in stats[label])
        if w < LEAST_LENGTH * long_side or area > 0.005 * long_side * w or h > 0.1 * w + 6:
            continue
        own = labels[top : top + h, left : left + w] == label
        if (own & (frames[top : top + h, left : left + w] > 0)).any():
            continue
        ends = _along(own)
        if not _is_straight(own, ends) or not _is_clear(dark, own, left, top):
            continue
        dotted = bool((lines.dotted[top : top + h, left : left + w][own] > 0).mean() > 0.6)
        candidates.append((Box(left, top, w, h), ends + np.array((left, top)), dotted))
    bars = [box for box, _, _ in candidates] + [side for cell in cells for side in _sides(cell.box)]
    found = []
    for box, ends, dotted in candidates:
        room = _room(box, bars, long_side)
        if room < LEAST_ROOM * long_side:
            continue
        above = Box(box.left, ends[:, 1].min() - room, box.width, room)
        if not dotted and (
            box.width > 0.5 * dark.shape[1] or _underlines(page, above) or not _labelled(dark, box, long_side)
        ):
            continue
        found.append(np.array((ends[0] - (0, room), ends[1] - (0, room), ends[1], ends[0])))
    return found


def _along(own: np.ndarray) -> Points:
    """The two ends of a line's upper edge, shape (2, 2), from the mask of its own bounds."""
    at = np.flatnonzero(own.any(0))
    edge = own.argmax(0)[at].astype(np.float64)
    half = max(1, len(at) // 2)
    y1, y2 = float(np.median(edge[:half])), float(np.median(edge[half:])) if len(at) > half else float(edge[-1])
    slope = (y2 - y1) / max(1.0, len(at) / 2)
    middle = (y1 + y2) / 2
    reach = own.shape[1] / 2
    return np.array(((0.0, middle - slope * reach), (own.shape[1], middle + slope * reach)))


def _is_straight(own: np.ndarray, ends: Points) -> bool:
    """Whether a line, a mask of its own bounds, keeps to the straight way between its `ends`, and is level enough:
    lettering that runs together does not."""
    if abs(ends[1, 1] - ends[0, 1]) > 0.08 * own.shape[1]:
        return False
    at = np.flatnonzero(own.any(0))
    way = np.interp(at + 0.5, ends[:, 0], ends[:, 1])
    thick = own.sum(0)[at]
    off = np.abs(own.argmax(0)[at] - way)
    usual = float(np.median(thick))
    return bool((off <= 1.5).mean() >= 0.85 and (np.abs(thick - usual) <= 1.5).mean() >= 0.85)


def _is_clear(dark: Mask, own: np.ndarray, left: int, top: int) -> bool:
    """Whether there is paper right above and below most of a line: through lettering there is not."""
    at = np.flatnonzero(own.any(0))
    first, last = own.argmax(0)[at] + top, own.shape[0] - own[::-1].argmax(0)[at] + top
    at = at + left
    bottom = dark.shape[0] - 1
    above = np.any([dark[(first - k).clip(0), at] > 0 for k in (3, 4, 5)], 0)
    below = np.any([dark[(last + k).clip(None, bottom), at] > 0 for k in (2, 3, 4, 5)], 0)
    return bool(above.mean() < 0.5) and bool(below.mean() < 0.3)


def _sides(box: Box) -> list[Box]:
    return [Box(box.left, y - 2, box.width, 4) for y in (box.top, box.bottom)]


def _room(line: Box, bars: list[Box], long_side: int) -> float:
    """Pixels from `line` up to the next printed line above it, at most what writing needs."""
    room = MOST_ROOM * long_side
    for bar in bars:
        shared = min(line.right, bar.right) - max(line.left, bar.left)
        gap = line.top - bar.bottom
        if shared > 0.2 * line.width and -2 < gap < room and bar != line:
            room = max(0.0, gap)
        # The line is itself a side of a printed rectangle.
        if shared > 0.2 * line.width and abs(line.top - bar.top) <= 4 and bar != line and bar.height == 4:
            return 0.0
    return room


def _underlines(page: Print, above: Box) -> bool:
    """Whether print stands on the line: then it is an underline or the rule below a heading."""
    long_side = page.long_side
    near = Box(above.left, above.bottom - 0.014 * long_side, above.width, 0.012 * long_side)
    high = Box(near.left, near.top - near.height, near.width, 2 * near.height)
    return is_printed(page, high)


def _labelled(dark: Mask, line: Box, long_side: int) -> bool:
    """Whether print stands just left of the line, or below its beginning."""
    reach = round(0.035 * long_side)
    top, left = max(0, round(line.top) - reach // 2), max(0, round(line.left) - reach)
    beside = dark[top : round(line.top) + 2, left : max(left, round(line.left) - 2)]
    below = dark[round(line.bottom) + 3 : round(line.bottom) + reach, round(line.left) : round(line.left) + 3 * reach]
    return any(int(np.count_nonzero(part)) > 0.3 * reach for part in (beside, below))
