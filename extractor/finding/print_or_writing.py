"""Whether what stands in a box was printed there: then the box is a frame around text and no field."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractor.finding.cells import Cell
from extractor.values import Box, Mask, Points

SMALL, TINY, LARGE = 0.34, 0.2, 0.62
"""Shares of the box's height: print in a row below the first is hardly ever writing, letters below the second never
are, and those above the third always."""

FILLED = 0.3
"""Writing covers less of its box than this."""


@dataclass(frozen=True)
class Print:
    """What print looks like on one page: `dark` is its ink (255), of the work page's size; `height` that of its
    letters in pixels, 0 where it has too few to tell."""

    dark: Mask
    long_side: int
    height: float


def page_print(dark: Mask, cells: list[Cell], long_side: int) -> Print:
    """The print of a page: its letters outside the `cells`, most of which are print on any form."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    x, y, w, h = stats[1:, :4].T.astype(np.float64)
    letter = (h >= 0.003 * long_side) & (h <= 0.016 * long_side) & (w <= 2 * h) & (w >= 0.2 * h)
    for cell in cells:
        box = cell.box
        letter &= ~((x > box.left) & (x + w < box.right) & (y > box.top) & (y + h < box.bottom))
    heights = h[letter]
    return Print(dark, long_side, float(np.percentile(heights, 75)) if len(heights) >= 20 else 0.0)


def is_printed(page: Print, box: Box, *, comb: bool = False) -> bool:
    """Whether the ink of the page in `box` is print rather than writing; False without ink.

    Print is small for its box, stands in rows (most letters on one base line, closely set) and is hardly larger than
    other print of the page. In the cells of a `comb` people write small and apart.
    """
    letters = pieces_inside(page.dark, box, page.long_side)
    if len(letters) < 2:
        return False
    tall = letter_height(letters)
    if tall > LARGE * box.height:
        return False
    if len(letters) >= 3 and tall < TINY * box.height:
        return True
    if comb:
        return len(letters) >= 3 and tall < SMALL * box.height and _in_rows(letters, tall, 0.9)
    if tall < SMALL * box.height:
        return _in_rows(letters, tall, 0.5)
    usual = tall <= 1.3 * page.height
    return usual and len(letters) >= 4 and _in_rows(letters, tall, 0.6) and _closely_set(letters, tall)


def printed_rows(page: Print, boxes: list[Box], printed: list[bool]) -> list[bool]:
    """`printed`, and also each box that has ink as large as the print in a box of the same row: a short heading."""
    sizes = [_letter_size(page, box) for box in boxes]
    slack = 0.002 * page.long_side
    out = list(printed)
    for i, (box, size) in enumerate(zip(boxes, sizes, strict=True)):
        if printed[i] or size == 0:
            continue
        for j, other in enumerate(boxes):
            same_row = abs(other.top - box.top) < slack and abs(other.bottom - box.bottom) < slack
            near = max(other.left - box.right, box.left - other.right) < 0.5 * box.height
            out[i] |= printed[j] and same_row and near and abs(sizes[j] - size) < 0.2 * size
    return out


def _letter_size(page: Print, box: Box) -> float:
    letters = pieces_inside(page.dark, box, page.long_side)
    return letter_height(letters) if len(letters) else 0.0


def is_lettering(page: Print, cells: tuple[Cell, ...]) -> bool:
    """Whether rectangles that seem to be cells are the insides of letters, or of the squares of a matrix code."""
    box = cells[0].box
    if all(not cell.clear for cell in cells) and box.height < 1.6 * page.height:
        return True
    if len(cells) > 1:
        return False
    if box.height < 1.6 * page.height and box.width < 1.6 * box.height:
        return True
    inside = _part(page.dark, box)
    if inside.size and np.count_nonzero(inside) > FILLED * inside.size:
        return True
    # Letters stand beside letters: closed shapes of the same height on both lines at once, close by.
    reach = 1.6 * box.height
    around = Box(box.left - reach, box.top - reach / 3, box.width + 2 * reach, box.height + 2 * reach / 3)
    strip = _part(page.dark, around)
    _, _, stats, _ = cv2.connectedComponentsWithStats(strip, connectivity=8)
    x, y, w, h = stats[1:, :4].T.astype(np.float64)
    left, top = box.left - max(0, round(around.left)), box.top - max(0, round(around.top))
    slack = 0.22 * box.height
    same = (np.abs(y - top) < slack) & (np.abs(y + h - top - box.height) < slack) & (w < 1.6 * box.height)
    whole = (x > 0) & (x + w < strip.shape[1])
    gap = np.maximum(left - x - w, x - left - box.width)
    return bool((same & whole & (gap > -0.2 * box.height) & (gap < 0.5 * box.height)).any())


def _part(dark: Mask, box: Box) -> Mask:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return dark[top : max(top, round(box.bottom)), left : max(left, round(box.right))]


def letter_height(letters: Points) -> float:
    """The height of the taller of `letters`, shape (n, 4) as left, top, width, height."""
    return float(np.percentile(letters[:, 3], 75))


def pieces_inside(dark: Mask, box: Box, long_side: int) -> Points:
    """Left, top, width and height of the pieces of ink in `box`, shape (n, 4), without dirt and without what hugs
    the box's own lines; in pixels from the corner of the part looked at."""
    inset = max(1.0, 0.001 * long_side)
    top, left = max(0, round(box.top + inset)), max(0, round(box.left + inset))
    part = dark[top : round(box.bottom - inset), left : round(box.right - inset)]
    if part.size == 0:
        return np.zeros((0, 4))
    _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    found = stats[1:].astype(np.float64)
    least = max(3.0, 0.0028 * long_side)
    x, y, w, h = found[:, :4].T
    edge = (x <= 1) | (y <= 1) | (x + w >= part.shape[1] - 1) | (y + h >= part.shape[0] - 1)
    residue = edge & (np.minimum(w, h) < least)
    return found[(h >= least) & (found[:, 4] >= least) & ~residue, :4]


def _in_rows(letters: Points, tall: float, share: float) -> bool:
    """Whether at least `share` of the letters end on one base line with most others of their row."""
    bottoms = letters[:, 1] + letters[:, 3]
    middles = letters[:, 1] + letters[:, 3] / 2
    slack = max(1.0, 0.07 * tall)
    mates = np.abs(middles[:, None] - middles[None, :]) < 0.5 * tall
    same = mates & (np.abs(bottoms[:, None] - bottoms[None, :]) <= slack)
    others = mates.sum(1) - 1
    return bool(((others > 0) & (same.sum(1) - 1 >= 0.55 * others)).mean() >= share)


def _closely_set(letters: Points, tall: float) -> bool:
    """Whether the letters follow each other as closely as print does."""
    order = letters[np.argsort(letters[:, 0])]
    gaps = order[1:, 0] - (order[:-1, 0] + order[:-1, 2])
    gaps = gaps[gaps > -0.3 * tall]
    return len(gaps) > 0 and float(np.median(gaps)) < 0.25 * tall
