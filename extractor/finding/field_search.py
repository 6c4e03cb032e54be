"""Finding the fields of a page that no template describes."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from extractor.documents.negative import black_on_white
from extractor.finding.broken_rulings import goes_on, part_at_broken_rulings
from extractor.finding.cell_groups import Group, group_cells
from extractor.finding.cells import Cell, find_cells
from extractor.finding.comb_columns import complete_columns
from extractor.finding.dashed_cells import part_at_dashes
from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import FoundField, Shape
from extractor.finding.naming import Phrase, name_fields, page_phrases
from extractor.finding.page_rulings import find_rulings
from extractor.finding.print_or_writing import Print, is_lettering, is_printed, page_print, printed_rows
from extractor.finding.printed_words import PrintedWords, looks_printed, printed_words
from extractor.finding.quad import holds, upright_box
from extractor.finding.work_page import WorkPage, work_page
from extractor.finding.writing_rulings import find_writing_rulings
from extractor.ink import as_gray, even_illumination
from extractor.values import Box, Doubt, DoubtKind, Gray, Mask, Points

PRINT = Doubt(DoubtKind.PRINT, "it looks like the print beside it; it may not be handwriting", 0.5)
PART = Doubt(DoubtKind.PLACE, "the cells go on beside it; it may be a part of a number", 0.5)
TWICE = Doubt(DoubtKind.PLACE, "another field was found that shares its place", 0.5)


def find_fields(image: Gray, *, labels: bool = True) -> tuple[FoundField, ...]:
    """Every place to write in on the page `image`, shape (height, width), in reading order; empty when there is none.

    Finds boxes, combs (joined or separate cells), tables of such cells, and rulings to write on, on scans and
    photographs with up to 15 degrees of skew, black on white or white on black. With `labels` each is named after the
    print beside it, if the program Tesseract is installed; else `field_01`, `field_02`, …
    """
    if min(image.shape) < FINDING.page_least:
        return ()
    image = black_on_white(image)
    work = work_page(image)
    clear, faint = find_rulings(work.grey, work.long_side)
    cells = part_at_broken_rulings(find_cells(clear, faint, work.long_side), faint, work.long_side)
    lit = even_illumination(work.grey, FINDING.paper_reach.pixels(work.long_side))
    page = page_print(_dark(lit), cells, work.long_side)
    groups = part_at_dashes(group_cells(cells, work.long_side), faint.ink)
    groups = complete_columns(groups, faint, work.long_side)
    groups = [group for group in groups if _is_place(group, page)]
    boxes = [upright_box(group.corners) for group in groups]
    printed = [_is_printed(group, box, page) for group, box in zip(groups, boxes, strict=True)]
    fields: list[tuple[Points, int | None, Shape, tuple[float, ...]]] = []
    for group, alone, taken in zip(groups, printed, printed_rows(page, boxes, printed), strict=True):
        # A heading is one box: cells that are no print by themselves are no heading beside print either.
        if not (alone if len(group.cells) > FINDING.column_free else taken):
            count = len(group.cells)
            gaps = () if group.joined else tuple(b.box.left - a.box.right for a, b in pairwise(group.cells))
            fields.append((group.corners, count if count > 1 else None, "comb" if count > 1 else "box", gaps))
    rooms = find_writing_rulings(clear, page, cells)
    fields = [field for field in fields if field[2] != "box" or not _is_frame(upright_box(field[0]), rooms)]
    fields += [(corners, None, "ruling", ()) for corners in rooms]
    ordered = [fields[i] for i in reading_order([corners for corners, *_ in fields])]
    phrases: list[Phrase] = []
    if labels and ordered:
        phrases = page_phrases(image, work, _boxed(work, cells, [corners for corners, *_ in ordered]))
    boxes = [upright_box(corners) for corners, *_ in ordered]
    names = name_fields(boxes, [shape for _, _, shape, _ in ordered], phrases, work.long_side)
    combs = [box for box, (_, count, _, _) in zip(boxes, ordered, strict=True) if count]
    print_seen = _words(lit, work.long_side, combs)
    twice = _found_twice(boxes)
    doubts = [
        (PRINT,) * any(looks_printed(words, dark, lit, box, work.long_side) for words, dark in print_seen)
        + (TWICE,) * (place in twice)
        + (PART,) * (shape in ("box", "comb") and goes_on(box, count, faint))
        for place, (box, (_, count, shape, _)) in enumerate(zip(boxes, ordered, strict=True))
    ]
    return tuple(_in_page(work, *field) for field in zip(ordered, names, doubts, strict=True))


def printed_extent(image: Gray) -> Box | None:
    """The upright bounds, in pixels of `image`, of the print that stands together there: words and cells."""
    work = work_page(image)
    clear, faint = find_rulings(work.grey, work.long_side)
    cells = find_cells(clear, faint, work.long_side)
    lit = even_illumination(work.grey, FINDING.paper_reach.pixels(work.long_side))
    words, _ = _words(lit, work.long_side, [])[-1]
    mask = np.zeros(work.grey.shape, np.uint8)
    for left, top, right, bottom in [
        *words.bounds,
        *((c.box.left, c.box.top, c.box.right, c.box.bottom) for c in cells),
    ]:
        mask[round(top) : round(bottom), round(left) : round(right)] = 255
    if not mask.any():
        return None
    reach = FINDING.extent_reach.odd(work.long_side)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(mask, np.ones((reach, reach), np.uint8)))
    largest = 1 + int(np.bincount(labels[mask > 0], minlength=len(stats))[1:].argmax())
    y, x = np.nonzero((labels == largest) & (mask > 0))
    corners = np.array(((x.min(), y.min()), (x.max() + 1, y.min()), (x.max() + 1, y.max() + 1), (x.min(), y.max() + 1)))
    return upright_box(work.to_page(corners.astype(np.float64)))


def _words(lit: Gray, long_side: int, combs: list[Box]) -> list[tuple[PrintedWords, Mask]]:
    """The printed words of an evenly lit work page, and the ink that they are of, the best last: print of a pale
    photograph is much paler than that of a scan."""
    tried: list[tuple[PrintedWords, Mask]] = []
    for level in (FINDING.dark, *FINDING.dark_paler):
        dark = as_gray(cv2.threshold(lit, level, 255, cv2.THRESH_BINARY_INV)[1])
        tried.append((printed_words(dark, lit, long_side, combs), dark))
        if tried[-1][0].letters.sum() >= FINDING.dark_letters:
            break
    return sorted(tried, key=lambda one: float(one[0].letters.sum()))


def _found_twice(boxes: list[Box]) -> set[int]:
    """Places of `boxes` that share much of their area with another."""
    edges = np.array([(box.left, box.top, box.right, box.bottom) for box in boxes]).reshape(-1, 4)
    size = np.minimum(edges[:, None, 2:], edges[None, :, 2:]) - np.maximum(edges[:, None, :2], edges[None, :, :2])
    shared = size.clip(0, None).prod(2)
    own = shared.diagonal()
    much = shared > FINDING.found_twice * np.minimum(own[:, None], own[None, :])
    np.fill_diagonal(much, False)
    return {int(place) for place in np.flatnonzero(much.any(1))}


def _is_place(group: Group, page: Print) -> bool:
    """Whether cells are of a size and shape to write in, and no part of lettering or of a matrix code."""
    box = group.cells[0].box
    slim, low = box.width < FINDING.box_least_shape * box.height, box.height < FINDING.box_least_height * page.long_side
    if len(group.cells) == 1 and (slim or low):
        return False
    return not is_lettering(page, group.cells)


def _is_printed(group: Group, box: Box, page: Print) -> bool:
    """Whether a group's cells hold print; the dashes between them are none."""
    if not group.dashed:
        return is_printed(page, box, comb=len(group.cells) > 1)
    inner = [cell.box for cell in group.cells]
    edge = FINDING.dashed_inset * inner[0].width
    return any(is_printed(page, Box(b.left + edge, b.top, b.width - 2 * edge, b.height), comb=True) for b in inner)


def _is_frame(box: Box, rooms: list[Points]) -> bool:
    """Whether a box is a frame around rulings to write on: `rooms` are the corners of the room above each."""
    inside = [room for room in map(upright_box, rooms) if holds(box, room)]
    return any(box.height > FINDING.frame_height * room.height for room in inside)


def reading_order(quads: list[Points]) -> list[int]:
    """Indices of fields, corners shape (4, 2) each, by rows from top to bottom, in a row from left to right."""
    middles = [(float(q[:, 1].mean()), float(q[:, 0].mean()), float(np.ptp(q[:, 1]))) for q in quads]
    waiting = sorted(range(len(quads)), key=lambda i: middles[i][0])
    order: list[int] = []
    while waiting:
        first = middles[waiting[0]]
        row = [i for i in waiting if middles[i][0] - first[0] < 0.5 * min(first[2], middles[i][2])]
        order += sorted(row, key=lambda i: middles[i][1])
        waiting = [i for i in waiting if i not in row]
    return order


def _boxed(work: WorkPage, cells: list[Cell], fields: list[Points]) -> Mask:
    """The printed rectangles, 255 on their sides, and all of the fields."""
    mask = np.zeros(work.grey.shape, np.uint8)
    cv2.polylines(mask, [np.round(cell.corners).astype(np.int32) for cell in cells], True, 255, 5)
    cv2.fillPoly(mask, [np.round(corners).astype(np.int32) for corners in fields], 255)
    return mask


def _dark(lit: Gray) -> Mask:
    return as_gray(cv2.threshold(lit, FINDING.dark, 255, cv2.THRESH_BINARY_INV)[1])


def _in_page(
    work: WorkPage,
    field: tuple[Points, int | None, Shape, tuple[float, ...]],
    name: str,
    doubts: tuple[Doubt, ...],
) -> FoundField:
    """A field in pixels of the page as given."""
    corners, cells, shape, gaps = field
    scale = float(np.hypot(work.matrix[0, 0], work.matrix[1, 0]))
    return FoundField.at(
        work.to_page(corners), shape, name, cells, gaps=tuple(gap * scale for gap in gaps), doubts=doubts
    )
