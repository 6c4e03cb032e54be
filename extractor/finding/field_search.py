"""Finding the fields of a page that no template describes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import cv2
import numpy as np

from extractor.documents.negative import black_on_white
from extractor.finding.cells.cell_groups import Group, group_cells
from extractor.finding.cells.comb_columns import complete_columns
from extractor.finding.cells.dashed_cells import part_at_dashes
from extractor.finding.cells.enclosed_cells import Cell, find_cells
from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import FoundField, Place
from extractor.finding.naming import name_fields, phrase_boxes, read_places
from extractor.finding.printed.found_doubts import found_doubts, without_headings
from extractor.finding.printed.print_or_writing import Print, is_lettering, is_printed, page_print, printed_rows
from extractor.finding.printed.printed_words import page_words
from extractor.finding.quad import holds, upright_box
from extractor.finding.rulings.broken_rulings import part_at_broken_rulings
from extractor.finding.rulings.page_rulings import Rulings, find_rulings
from extractor.finding.rulings.squared import lies_in, squared_areas
from extractor.finding.rulings.writing_rulings import find_writing_rulings
from extractor.finding.tables import FoundTable, find_tables
from extractor.finding.work_page import WorkPage, work_page
from extractor.ink import even_illumination
from extractor.soft_focus import sharpened
from extractor.values import Box, Doubt, Gray, Mask, Points


def find_fields(image: Gray, *, labels: bool = True) -> tuple[FoundField, ...]:
    """Every place to write in on the page `image`, shape (height, width), in reading order; empty when there is none.

    Finds boxes, combs (joined or separate cells), tables of such cells, and rulings to write on, on scans and
    photographs with up to 15 degrees of skew, black on white or white on black. With `labels` each is named after the
    print beside it, if the second reader is installed; else `field_01`, `field_02`, …
    """
    return _searched(image, labels=labels, tables=False).fields


@dataclass(frozen=True)
class FoundPage:
    """What is found on a page that no template describes: `tables`, and the `fields` beside them."""

    fields: tuple[FoundField, ...] = ()
    tables: tuple[FoundTable, ...] = ()


def find_page(image: Gray, *, labels: bool = True) -> FoundPage:
    """The tables of the page `image`, shape (height, width), top to bottom, and the fields beside them in reading
    order.

    As `find_fields`; with `labels` the columns of tables are named after their headings.
    """
    return _searched(image, labels=labels, tables=True)


def _searched(image: Gray, *, labels: bool, tables: bool) -> FoundPage:
    if min(image.shape) < FINDING.page_least:
        return FoundPage()
    image = black_on_white(image)
    work = work_page(image)
    seen = _seen(work.grey, work.long_side)
    sharp = sharpened(work.grey)
    if sharp is not work.grey:
        clearer = _seen(sharp, work.long_side)
        more = _combs_alike(clearer, work.long_side) - _combs_alike(seen, work.long_side)
        seen = clearer if more >= FINDING.sharper_combs else seen
    clear, faint, cells = seen.clear, seen.faint, seen.cells
    lit = even_illumination(work.grey, FINDING.paper_reach.pixels(work.long_side))
    words = page_words(lit, work.long_side)
    page = page_print(words.dark, cells, work.long_side)
    found = find_tables(lit, faint, page, labels=labels) if tables else []
    found = [table for table in found if not table.is_parted([cell.box for cell in cells])]
    groups = _groups(seen, work.long_side, [table.area for table in found])
    groups = [group for group in groups if _is_place(group, page)]
    boxes = [upright_box(group.corners) for group in groups]
    printed = [_is_printed(group, box, page) for group, box in zip(groups, boxes, strict=True)]
    places = []
    for group, alone, taken in zip(groups, printed, printed_rows(page, boxes, printed), strict=True):
        # A heading is one box: cells that are no print by themselves are no heading beside print either.
        if not (alone if len(group.cells) > FINDING.column_free else taken):
            count = len(group.cells)
            gaps = () if group.joined else tuple(b.box.left - a.box.right for a, b in pairwise(group.cells))
            places.append(Place(group.corners, "comb" if count > 1 else "box", group.cells, gaps))
    rooms = find_writing_rulings(clear, page, cells)
    places = [place for place in places if place.shape != "box" or not _is_frame(place.box, rooms)]
    places += [Place(corners, "ruling") for corners in rooms]
    places = [places[i] for i in reading_order([place.corners for place in places])]
    places = [place for place in places if not any(holds(table.area, place.box) for table in found)]
    doubts = found_doubts(places, words, lit, faint, work.long_side)
    kept = without_headings(places, doubts, page)
    places = [place for place, _ in kept]
    phrases: list[Box] = []
    if labels and places:
        phrases = phrase_boxes(page, _boxed(work, cells, [place.corners for place in places]))
    read = partial(read_places, lit)
    names = name_fields([place.box for place in places], [p.shape for p in places], phrases, work.long_side, read)
    fields = tuple(_in_page(work, place, name, own) for (place, own), name in zip(kept, names, strict=True))
    return FoundPage(fields, tuple(table.on_page(work) for table in found))


@dataclass(frozen=True, eq=False)
class _Seen:
    """Rulings of a work page, the cells that they enclose, and where the page is squared."""

    clear: Rulings
    faint: Rulings
    cells: list[Cell]
    squared: Mask


def _seen(grey: Gray, long_side: int) -> _Seen:
    clear, faint = find_rulings(grey, long_side)
    squared = squared_areas(faint, long_side)
    clear, faint = clear.without(squared), faint.without(squared)
    cells = part_at_broken_rulings(find_cells(clear, faint, long_side), faint, long_side)
    return _Seen(clear, faint, cells, squared)


def _groups(seen: _Seen, long_side: int, tables: Sequence[Box] = ()) -> list[Group]:
    """The groups that the cells make outside of `tables`."""
    cells = [cell for cell in seen.cells if not any(holds(area, cell.box) for area in tables)]
    groups = part_at_dashes(group_cells(cells, long_side), seen.faint.ink)
    groups = complete_columns(groups, seen.faint, long_side)
    return [group for group in groups if not lies_in(seen.squared, upright_box(group.corners))]


def _combs_alike(seen: _Seen, long_side: int) -> int:
    """How many combs have the number of cells that most have: where rulings are missed or made up, fewer do."""
    counts = Counter(len(group.cells) for group in _groups(seen, long_side) if len(group.cells) > 1)
    return max(counts.values(), default=0)


def printed_extent(image: Gray) -> Box | None:
    """The upright bounds, in pixels of `image`, of the print that stands together there: words and cells."""
    work = work_page(image)
    clear, faint = find_rulings(work.grey, work.long_side)
    cells = find_cells(clear, faint, work.long_side)
    lit = even_illumination(work.grey, FINDING.paper_reach.pixels(work.long_side))
    words = page_words(lit, work.long_side).best
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


def _is_place(group: Group, page: Print) -> bool:
    """Whether cells are of a size and shape to write in, and no part of lettering or of a matrix code."""
    box = group.cells[0].box
    slim, low = box.width < FINDING.box_least_shape * box.height, box.height < FINDING.box_least_height * page.long_side
    if len(group.cells) == 1 and (slim or low):
        return False
    return not is_lettering(page, group.cells)


def _is_printed(group: Group, box: Box, page: Print) -> bool:
    """Whether a group's cells hold print."""
    inner = [cell.box for cell in group.cells]
    if not group.dashed:
        return is_printed(page, box, inner if len(inner) > 1 else ())
    # What stands in any cell of a box with dashes in it is of a table.
    return any(is_printed(page, one, (one,)) for one in inner)


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


def _in_page(work: WorkPage, place: Place, name: str, doubts: tuple[Doubt, ...]) -> FoundField:
    """A field in pixels of the page as given."""
    scale = float(np.hypot(work.matrix[0, 0], work.matrix[1, 0]))
    gaps = tuple(gap * scale for gap in place.gaps)
    return FoundField.at(work.to_page(place.corners), place.shape, name, place.count, gaps=gaps, doubts=doubts)
