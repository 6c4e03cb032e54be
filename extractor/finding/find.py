"""Finding the fields of a page that no template describes."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from extractor.finding.cells import find_cells, upright_box
from extractor.finding.found import FoundField, Shape
from extractor.finding.groups import group_cells
from extractor.finding.lines import find_lines
from extractor.finding.page import WorkPage, black_on_white, work_page
from extractor.finding.printed import is_printed
from extractor.finding.writing import find_writing_lines
from extractor.ink import as_gray, even_light
from extractor.values import Gray, Mask, Points

DARK = 165
"""Grey, on evenly lit paper, below which a pixel is print or writing."""


def find_fields(image: Gray, *, labels: bool = True) -> tuple[FoundField, ...]:
    """Every place to write in on the page `image`, shape (height, width), in reading order; empty when there is none.

    Finds boxes, combs (joined or separate cells), tables of such cells, and writing lines, on scans and photographs
    with up to 15 degrees of skew, black on white or white on black. With `labels` each is named after the print
    beside it, if the program Tesseract is installed; else `field_01`, `field_02`, …
    """
    if min(image.shape) < 40:
        return ()
    work = work_page(black_on_white(image))
    lines = find_lines(work.grey, work.long_side)
    dark = _dark(work)
    cells = find_cells(lines, work.long_side)
    fields: list[tuple[Points, int | None, Shape, tuple[float, ...]]] = []
    for group in group_cells(cells, work.long_side):
        corners = group.corners
        if is_printed(dark, upright_box(corners), work.long_side):
            continue
        count = len(group.cells)
        gaps = tuple(float(b.box.left - a.box.right) for a, b in pairwise(group.cells)) if not group.joined else ()
        fields.append((corners, count if count > 1 else None, "comb" if count > 1 else "box", gaps))
    for corners in find_writing_lines(lines, dark, cells, work.long_side):
        fields.append((corners, None, "line", ()))
    ordered = [fields[i] for i in reading_order([corners for corners, *_ in fields])]
    return tuple(
        _in_page(work, corners, cells_, shape, gaps, f"field_{number:02d}")
        for number, (corners, cells_, shape, gaps) in enumerate(ordered, 1)
    )


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


def _in_page(
    work: WorkPage, corners: Points, cells: int | None, shape: Shape, gaps: tuple[float, ...], name: str
) -> FoundField:
    """A field in pixels of the page as given."""
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
