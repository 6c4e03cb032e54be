"""What is printed in a table: the numbers of its lines, the words of a last line, the letters of its headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.finding.printed.print_or_writing import Print, is_printed, letter_height, pieces_inside
from extractor.finding.tables.joined_rulings import JoinedRuling
from extractor.finding.tables.line_stacks import LineStack
from extractor.finding.tables.table_strips import Strip
from extractor.values import Box, Mask, Points


def cell_box(stack: LineStack, row: int, strip: Strip) -> Box:
    """The inside of the cell in which a line crosses a column."""
    middle = (strip.left + strip.right) / 2
    above, below = stack.lines[row]
    top, foot = above.at(middle) + above.thick / 2, below.at(middle) - below.thick / 2
    return Box(strip.left, top, strip.width, foot - top)


def ink_in_lines(page: Print, stack: LineStack) -> NDArray[np.float64]:
    """How many pixels of ink are in a line of a table on average, its rulings left out, for each pixel across the page,
    shape (width,)."""
    ink = np.zeros(page.dark.shape[1])
    for row in range(len(stack.lines)):
        box = cell_box(stack, row, Strip(stack.left, stack.right))
        rim = FINDING.space_edge * box.height
        ink += np.count_nonzero(page.dark[round(box.top + rim) : round(box.bottom - rim)], axis=0)
    return ink / len(stack.lines)


@dataclass(frozen=True)
class NumberedColumn:
    """What is printed in every line of a column: on average so many `letters`."""

    letters: float


def numbered_column(page: Print, stack: LineStack, strip: Strip, usual: float) -> NumberedColumn | None:
    """The print in the lines of a column: letters of one height at one place in nearly all of them; None without.
    `usual` is the height of headings, 0 where it is not known."""
    heights, feet, counts = [], [], []
    rows = len(stack.lines)
    for row in range(rows):
        box = cell_box(stack, row, strip)
        letters = pieces_inside(page.dark, box, page.long_side)
        if len(letters) == 0:
            continue
        tall = letters[letters[:, 3] >= FINDING.number_tall * letters[:, 3].max()]
        heights.append(float(np.median(tall[:, 3])))
        feet.append((box.bottom - float(np.median(tall[:, 1] + tall[:, 3]))) / box.height)
        counts.append(len(tall))
    if len(heights) < FINDING.number_rows * rows:
        return None
    # A few lines may have dirt in them, or a stroke that comes in from beside.
    height, foot = float(np.median(heights)), float(np.median(feet))
    alike = np.abs(np.array(heights) / height - 1) < FINDING.number_alike
    alike &= np.abs(np.array(feet) - foot) < FINDING.number_foot
    small = height <= FINDING.number_large * (usual or page.height or height)
    return NumberedColumn(float(np.median(counts))) if small and alike.mean() >= FINDING.number_rows else None


def numbers_end(page: Print, stack: LineStack, strip: Strip, usual: float) -> float | None:
    """Where the printed numbers end that most lines of a strip begin with; None without. `usual` is the height of
    headings."""
    ends = []
    rows = range(len(stack.lines))
    for row in rows:
        first = Strip(strip.left, strip.left + FINDING.total_reach * usual)
        letters = print_pieces(page, cell_box(stack, row, first))
        letters = letters[letters[:, 3] <= FINDING.number_large * usual]
        letters = letters[np.argsort(letters[:, 0])]
        right = strip.left + FINDING.numbers_begin * usual
        end = 0.0
        for x, _, w, _ in letters:
            if x > right:
                break
            end = x + w
            right = end + FINDING.numbers_gap * usual
        ends += [end] if end else []
    if len(ends) < FINDING.number_rows * len(rows):
        return None
    end = float(np.percentile(ends, FINDING.letter_tall))
    alike = np.abs(np.array(ends) - end) <= FINDING.numbers_differ * usual
    return end + usual if alike.mean() >= FINDING.number_rows else None


def heading_rows(page: Print, stack: LineStack, strips: Sequence[Strip]) -> int:
    """How many of the first lines are headings: small letters on few base lines, in most columns, and in the other
    lines none or larger ones."""
    if stack.above and _begins_bare(page, stack):
        return 0
    rows = len(stack.lines)
    found = [_letters(page, stack, row, strips) for row in range(rows)]
    filled = np.array([letter_height(one) for one in found if len(one) >= FINDING.label_letters])
    usual = float(np.median(filled)) if len(filled) > FINDING.heading_others * rows else np.inf
    steps = np.array([below.at(stack.middle) - above.at(stack.middle) for above, below in stack.lines])
    off = np.abs(steps / stack.pitch - 1)
    if off[0] > FINDING.head_uneven > 2 * np.percentile(off[1:], FINDING.comb_tall):
        # A first line that is not as high as the others, all alike, need not differ in its letters as well.
        usual = np.inf
    first = 0
    while first < min(FINDING.head_rows, rows - 1):
        columns = sum(len(_letters(page, stack, first, [strip])) > 0 for strip in strips)
        most = columns >= max(1, FINDING.heading_share * len(strips)) and len(found[first]) >= FINDING.label_letters
        if not most or letter_height(found[first]) > FINDING.head_smaller * usual:
            break
        if not _stand_on_lines(found[first], stack.lines[first][1]):
            break
        first += 1
        # What is left of writing on a form made of filled copies looks like a second row of headings.
        if len(filled) > FINDING.head_rows:
            break
    return first


def _begins_bare(page: Print, stack: LineStack) -> bool:
    """Whether a space without print, that is no line, parts the lines from what is above."""
    if 0 not in stack.skipped:
        return False
    above, below = (ruling.at(stack.middle) for ruling in stack.rulings[:2])
    space = Box(stack.left, above, stack.right - stack.left, below - above)
    return len(print_pieces(page, space)) < FINDING.label_letters


def _letters(page: Print, stack: LineStack, row: int, strips: Sequence[Strip]) -> Points:
    return np.concatenate([print_pieces(page, cell_box(stack, row, strip)) for strip in strips])


def _stand_on_lines(letters: Points, below: JoinedRuling) -> bool:
    """Whether most letters stand on few base lines, as seen from the ruling below them."""
    feet = np.array([below.at(x + w / 2) - y - h for x, y, w, h in letters])
    slack = FINDING.head_base.of(letter_height(letters))
    standing = 0
    for _ in range(FINDING.head_bases):
        if len(feet) == 0:
            break
        near = np.abs(feet[:, None] - feet[None, :]) <= slack
        best = near[near.sum(1).argmax()]
        standing += int(best.sum())
        feet = feet[~best]
    return standing >= FINDING.head_standing * len(letters)


def parted_cells(stack: LineStack, strips: Sequence[Strip], level: Mask) -> float:
    """The share of cells through which a level ruling of `level` runs: such a table has other lines than these."""
    count = 0
    for row in range(len(stack.lines)):
        for strip in strips:
            box = cell_box(stack, row, strip)
            rim, side = FINDING.cell_middle * box.height, FINDING.cell_middle * min(box.width, box.height)
            part = level[
                round(box.top + rim) : round(box.bottom - rim), round(box.left + side) : round(box.right - side)
            ]
            if part.size:
                # A ruling that leans a little lies in several rows.
                thick = cv2.dilate(part, np.ones((3, 1), np.uint8)) > 0
                count += bool(thick.mean(1).max() >= FINDING.cell_parted)
    return count / max(1, len(stack.lines) * len(strips))


def lines_are_named(page: Print, stack: LineStack, strips: Sequence[Strip]) -> bool:
    """Whether words stand in the first column of most lines, or right before them: these are no lines of a register.
    What no ruling parts from the first column, such as the words after a number, belongs to it."""
    rows = range(len(stack.lines))
    reach = FINDING.row_label * page.long_side
    before = Strip(max(0.0, stack.left - reach), stack.left - FINDING.row_label_gap * page.long_side)
    beside = [strip for strip in (before,) if strip.width > 1]
    first = 2 if len(strips) > 1 and strips[1].left <= strips[0].right else 1
    places = (*beside, *strips[:first])
    named = [np.mean([_has_words(page, cell_box(stack, row, strip)) for row in rows]) for strip in places]
    # What is left of writing on a form made of filled copies may look like words, but does so in all columns.
    others = [np.mean([_has_words(page, cell_box(stack, row, strip)) for row in rows]) for strip in strips[first:]]
    return bool(max(named) >= FINDING.heading_share > 2 * max(others, default=0.0))


def _has_words(page: Print, box: Box) -> bool:
    letters = pieces_inside(page.dark, box, page.long_side)
    return len(letters) >= FINDING.label_letters and is_printed(page, box)


def print_pieces(page: Print, box: Box) -> Points:
    """The letters in `box`, shape (n, 4) as left, top, width, height in pixels of the work page: neither rulings nor
    dirt."""
    top, left = max(0, round(box.top)), max(0, round(box.left))
    part = page.dark[top : max(top, round(box.bottom)), left : max(left, round(box.right))]
    if part.size == 0:
        return np.zeros((0, 4))
    _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    found = stats[1:, :4].astype(np.float64)
    least, most = FINDING.head_letter
    w, h = found[:, 2], found[:, 3]
    kept = found[(h >= least * page.long_side) & (h <= most * page.long_side) & (w <= FINDING.head_wide * h)]
    # Uprights that part the headings are higher than letters.
    kept = kept[kept[:, 3] <= FINDING.head_tall * letter_height(kept)] if len(kept) else kept
    corner: Points = np.array((left, top, 0, 0), np.float64)
    return np.add(kept, corner)
