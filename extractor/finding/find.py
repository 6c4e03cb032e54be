"""Finding the fields of a page that no template describes."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from extractor.finding.cells import find_cells
from extractor.finding.found import FoundField, Shape
from extractor.finding.groups import group_cells
from extractor.finding.lines import find_lines
from extractor.finding.page import WorkPage, black_on_white, work_page
from extractor.finding.printed import is_lettering, is_printed, page_print
from extractor.finding.quad import upright_box
from extractor.finding.writing import find_writing_lines
from extractor.ink import as_gray, even_light
from extractor.values import Gray, Mask, Points

DARK = 165
"""Grey, on evenly lit paper, below which a pixel is print or writing."""

SLIMMEST = 0.55
"""Width over height of the slimmest box that is a field by itself."""


def find_fields(image: Gray, *, labels: bool = True) -> tuple[FoundField, ...]:
    """Every place to write in on the page `image`, shape (height, width), in reading order; empty when there is none.

    Finds boxes, combs (joined or separate cells), tables of such cells, and writing lines, on scans and photographs
    with up to 15 degrees of skew, black on white or white on black. With `labels` each is named after the print
    beside it, if the program Tesseract is installed; else `field_01`, `field_02`, …
    """
    if min(image.shape) < 40:
        return ()
    work = work_page(black_on_white(image))
    lines, faint = find_lines(work.grey, work.long_side)
    cells = find_cells(lines, faint, work.long_side)
    page = page_print(_dark(work), cells, work.long_side)
    fields: list[tuple[Points, int | None, Shape, tuple[float, ...]]] = []
    for group in group_cells(cells, work.long_side):
        corners = group.corners
        count, corners_box = len(group.cells), upright_box(corners)
        if count == 1 and corners_box.width < SLIMMEST * corners_box.height:
            continue
        if is_lettering(page, group.cells) or is_printed(page, corners_box, comb=count > 1):
            continue
        gaps = tuple(float(b.box.left - a.box.right) for a, b in pairwise(group.cells)) if not group.joined else ()
        fields.append((corners, count if count > 1 else None, "comb" if count > 1 else "box", gaps))
    fields += [(corners, None, "line", ()) for corners in find_writing_lines(lines, page, cells)]
    ordered = [fields[i] for i in reading_order([corners for corners, *_ in fields])]
    return tuple(_in_page(work, field, f"field_{number:02d}") for number, field in enumerate(ordered, 1))


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


def _dark(work: WorkPage) -> Mask:
    lit = even_light(work.grey, max(8, round(0.015 * work.long_side)))
    return as_gray(cv2.threshold(lit, DARK, 255, cv2.THRESH_BINARY_INV)[1])


def _in_page(work: WorkPage, field: tuple[Points, int | None, Shape, tuple[float, ...]], name: str) -> FoundField:
    """A field in pixels of the page as given."""
    corners, cells, shape, gaps = field
    quad = work.to_page(corners)
    scale = float(np.hypot(work.matrix[0, 0], work.matrix[1, 0]))
    return FoundField(
        box=upright_box(quad),
        quad=tuple((round(float(x), 1), round(float(y), 1)) for x, y in quad),
        cells=cells,
        shape=shape,
        name=name,
        cell_gaps=tuple(round(gap * scale, 1) for gap in gaps),
    )
