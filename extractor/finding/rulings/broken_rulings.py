"""Cells that a broken ruling runs together, or takes off a comb: what is beside them shows it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.finding.quad import upright_box
from extractor.finding.rulings.page_rulings import Rulings
from extractor.ink import as_gray
from extractor.values import Box, Mask


def part_at_broken_rulings(cells: list[Cell], rulings: Rulings, long_side: int) -> list[Cell]:
    """`cells`, and each that takes the height of two beside it in two parts, if most of the ruling between is seen."""
    if not cells:
        return cells
    level = as_gray(cv2.dilate(rulings.level, np.ones((FINDING.column_thickness, 1), np.uint8)))
    edges = np.array([(c.box.left, c.box.top, c.box.right, c.box.bottom) for c in cells])
    reach = FINDING.broken_reach.of(long_side)
    out = []
    for cell in cells:
        box = cell.box
        beside = (np.abs(edges[:, 2] - box.left) < reach) | (np.abs(edges[:, 0] - box.right) < reach)
        lowest, highest = FINDING.broken_height
        ends = edges[beside & (np.abs(edges[:, 1] - box.top) < reach), 3]
        ends = ends[(ends > box.top + lowest * box.height) & (ends < box.top + highest * box.height)]
        begins = edges[beside & (np.abs(edges[:, 3] - box.bottom) < reach), 1]
        at = next((float(y) for y in ends if (np.abs(begins - y) < reach).any()), None)
        out += [cell] if at is None or not _is_seen(level, cell, at) else _halves(cell, (at - box.top) / box.height)
    return out


def _is_seen(level: Mask, cell: Cell, at: float) -> bool:
    """Whether most of a level ruling runs across `cell` near the row `at`, to both of its ends."""
    left, right = max(0, round(cell.box.left)), round(cell.box.right)
    rows = level[max(0, round(at) - 2) : round(at) + FINDING.column_thickness, left:right]
    seen = rows.max(0) > 0 if len(rows) else np.zeros(1, bool)
    end = max(1, len(seen) // 8)
    return bool(seen.mean() >= FINDING.broken_seen and min(seen[:end].mean(), seen[-end:].mean()) > FINDING.broken_seen)


def _halves(cell: Cell, share: float) -> list[Cell]:
    a, b, c, d = cell.corners
    left, right = a + (d - a) * share, b + (c - b) * share
    parts = np.array((a, b, right, left)), np.array((left, right, c, d))
    return [Cell(corners, upright_box(corners), cell.clear) for corners in parts]


def goes_on(box: Box, cells: int | None, rulings: Rulings, others: Sequence[Box] = (), *, gap: float = 0.0) -> bool:
    """Whether rulings of another cell of the same width are seen at either end of a comb that was found, or of a box
    no wider than one cell: then a part of it is missing, unless that cell is one of `others`. Cells stand a `gap`
    apart."""
    count = cells or 1
    pitch = (box.width - (count - 1) * gap) / count
    narrowest, widest = FINDING.comb_shape
    if not narrowest * box.height <= pitch <= widest * box.height:
        return False
    thick = FINDING.column_thickness
    top, bottom = round(box.top), round(box.bottom)
    start, end = box.left - gap, box.right + gap
    for left, far in ((start - pitch, start - pitch), (end, end + pitch)):
        across = slice(max(0, round(left + 0.15 * pitch)), max(0, round(left + 0.85 * pitch)))
        beside = slice(max(0, round(far) - thick), max(0, round(far) + thick))
        seen = [
            float((rulings.level[max(0, y - thick) : y + thick, across] > 0).any(0).mean() if across.stop else 0)
            for y in (top, bottom)
        ]
        if any(abs(one.left + one.width / 2 - left - pitch / 2) < pitch / 2 for one in others):
            continue
        # Where others run between the two, the cells beside are lower ones, of a table.
        inner = rulings.level[top + 2 * thick : bottom - 2 * thick, across] > 0
        if across.stop and inner.size and inner.mean(1).max() >= FINDING.goes_on_seen:
            continue
        upright = rulings.upright[max(0, top) : bottom, beside] > 0
        side = float(upright.any(1).mean()) if upright.size else 0.0
        # Writing may hide a part of one ruling.
        if side >= FINDING.broken_seen and sum(seen) / 2 >= FINDING.goes_on_seen:
            return True
    return False
