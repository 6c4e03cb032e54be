"""Whether what stands in a box was printed there: then the box is a frame around text and no field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.values import Box, Gray, Mask, Points


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
    (lowest, highest), (slimmest, widest) = FINDING.letter_height, FINDING.letter_shape
    letter = (h >= lowest * long_side) & (h <= highest * long_side) & (w <= widest * h) & (w >= slimmest * h)
    for cell in cells:
        box = cell.box
        letter &= ~((x > box.left) & (x + w < box.right) & (y > box.top) & (y + h < box.bottom))
    heights = h[letter]
    known = len(heights) >= FINDING.letters_known
    return Print(dark, long_side, float(np.percentile(heights, FINDING.letter_tall)) if known else 0.0)


def is_printed(page: Print, box: Box, cells: Sequence[Box] = ()) -> bool:
    """Whether the ink of the page in `box` is print rather than writing; False without ink.

    Print is small for its box, stands in rows (most letters on one base line, closely set) and is hardly larger than
    other print of the page. In the `cells` of a comb people write small and apart, and what is left of the rulings
    between them is nothing.
    """
    comb = bool(cells)
    letters = pieces_in(page.dark, box, cells, page.long_side)
    if len(letters) <= 1:
        return False
    tall, several = letter_height(letters), len(letters) >= FINDING.print_letters[0]
    if comb and letters[:, 3].max() > FINDING.print_small * box.height:
        return False
    if tall > FINDING.print_large * box.height:
        return False
    if several and tall < FINDING.print_tiny * box.height:
        return True
    small = tall < FINDING.print_small * box.height
    share_small, share_large, share_comb = FINDING.print_in_rows
    if comb:
        return several and small and _in_rows(letters, tall, share_comb)
    if small:
        return _in_rows(letters, tall, share_small)
    usual = tall <= FINDING.print_usual * page.height and len(letters) >= FINDING.print_letters[1]
    return usual and _in_rows(letters, tall, share_large) and _closely_set(letters, tall)


def printed_rows(page: Print, boxes: list[Box], printed: list[bool]) -> list[bool]:
    """`printed`, and also each box that has ink as large as the print in a box of the same row: a short heading."""
    sizes = [letter_size(page, box) for box in boxes]
    slack = FINDING.heading_slack * page.long_side
    out = list(printed)
    for i, (box, size) in enumerate(zip(boxes, sizes, strict=True)):
        if printed[i] or size == 0:
            continue
        for j, other in enumerate(boxes):
            same_row = abs(other.top - box.top) < slack and abs(other.bottom - box.bottom) < slack
            near = max(other.left - box.right, box.left - other.right) < 0.5 * box.height
            out[i] |= printed[j] and same_row and near and abs(sizes[j] - size) < FINDING.heading_size * size
    return out


def letter_size(page: Print, box: Box) -> float:
    """The height of the taller letters of the page in `box`; 0 without ink."""
    letters = pieces_inside(page.dark, box, page.long_side)
    return letter_height(letters) if len(letters) else 0.0


def is_lettering(page: Print, cells: tuple[Cell, ...]) -> bool:
    """Whether rectangles that seem to be cells are the insides of letters, or of the squares of a matrix code."""
    box = cells[0].box
    low = box.height < FINDING.letter_inside * page.height
    if low and not any(cell.clear for cell in cells):
        return True
    if len(cells) > 1:
        return False
    if low and box.width < FINDING.letter_width * box.height:
        return True
    inside = _part(page.dark, box)
    if inside.size and np.count_nonzero(inside) > FINDING.code_filled * inside.size:
        return True
    # Letters stand beside letters: closed shapes between the same two heights, close by.
    reach = FINDING.lettering_reach * box.height
    around = Box(box.left - reach, box.top - reach / 3, box.width + 2 * reach, box.height + 2 * reach / 3)
    strip = _part(page.dark, around)
    _, _, stats, _ = cv2.connectedComponentsWithStats(strip, connectivity=8)
    x, y, w, h = stats[1:, :4].T.astype(np.float64)
    left, top = box.left - max(0, round(around.left)), box.top - max(0, round(around.top))
    slack = FINDING.lettering_slack * box.height
    same = (
        (np.abs(y - top) < slack) & (np.abs(y + h - top - box.height) < slack) & (w < FINDING.letter_width * box.height)
    )
    whole = (x > 0) & (x + w < strip.shape[1])
    gap = np.maximum(left - x - w, x - left - box.width)
    overlap, widest = (share * box.height for share in FINDING.lettering_gap)
    return bool((same & whole & (gap > overlap) & (gap < widest)).any())


def holds_picture(lit: Gray, box: Box, long_side: int) -> bool:
    """Whether a printed picture, or the tint of a heading, is in `box` of the work page `lit`, which has even
    illumination: what is thicker than any pen's stroke."""
    inset = FINDING.picture_inset * box.height
    inside = _part(lit, Box(box.left + inset, box.top + inset, box.width - 2 * inset, box.height - 2 * inset))
    thick = FINDING.picture_thick.pixels(long_side)
    if min(inside.shape) <= thick:
        return False
    dark = cv2.threshold(inside, FINDING.picture_paler, 255, cv2.THRESH_BINARY_INV)[1]
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    return bool(np.count_nonzero(solid) > FINDING.picture_share * inside.size)


def _part(dark: Mask, box: Box) -> Mask:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return dark[top : max(top, round(box.bottom)), left : max(left, round(box.right))]


def letter_height(letters: Points) -> float:
    """The height of the taller of `letters`, shape (n, 4) as left, top, width, height."""
    return float(np.percentile(letters[:, 3], FINDING.letter_tall))


def pieces_inside(dark: Mask, box: Box, long_side: int) -> Points:
    """Left, top, width and height of the pieces of ink in `box`, shape (n, 4), without dirt and without what hugs
    the box's own rulings."""
    inset = FINDING.piece_inset.of(long_side)
    top, left = max(0, round(box.top + inset)), max(0, round(box.left + inset))
    part = dark[top : round(box.bottom - inset), left : round(box.right - inset)]
    if part.size == 0:
        return np.zeros((0, 4))
    _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    found = stats[1:].astype(np.float64)
    least = FINDING.piece_least.of(long_side)
    x, y, w, h = found[:, :4].T
    edge = (x <= 1) | (y <= 1) | (x + w >= part.shape[1] - 1) | (y + h >= part.shape[0] - 1)
    residue = edge & (np.minimum(w, h) < least)
    return found[(h >= least) & (found[:, 4] >= least) & ~residue, :4] + (left, top, 0, 0)


def pieces_in(dark: Mask, box: Box, cells: Sequence[Box], long_side: int) -> Points:
    """As `pieces_inside`, of all `cells` of a comb without the rulings between, or of `box` where there are none."""
    if not cells:
        return pieces_inside(dark, box, long_side)
    edge = FINDING.cell_inset * cells[0].width
    inner = (Box(cell.left + edge, cell.top, cell.width - 2 * edge, cell.height) for cell in cells)
    return np.concatenate([pieces_inside(dark, one, long_side) for one in inner])


def _in_rows(letters: Points, tall: float, share: float) -> bool:
    """Whether at least `share` of the letters end on one base line with most others of their row."""
    bottoms = letters[:, 1] + letters[:, 3]
    middles = letters[:, 1] + letters[:, 3] / 2
    slack = FINDING.baseline_slack.of(tall)
    mates = np.abs(middles[:, None] - middles[None, :]) < 0.5 * tall
    same = mates & (np.abs(bottoms[:, None] - bottoms[None, :]) <= slack)
    others = mates.sum(1) - 1
    return bool(((others > 0) & (same.sum(1) - 1 >= FINDING.baseline_shared * others)).mean() >= share)


def _closely_set(letters: Points, tall: float) -> bool:
    """Whether the letters follow each other as closely as print does."""
    order = letters[np.argsort(letters[:, 0])]
    gaps = order[1:, 0] - (order[:-1, 0] + order[:-1, 2])
    overlap, usual = (share * tall for share in FINDING.print_gap)
    gaps = gaps[gaps > overlap]
    return len(gaps) > 0 and float(np.median(gaps)) < usual
