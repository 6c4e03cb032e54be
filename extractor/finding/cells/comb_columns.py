"""Combs that stand below one another: one that was found whole shows where the rulings of the others must be."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.cells.cell_groups import Group
from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.finding.quad import upright_box
from extractor.finding.rulings.page_rulings import Rulings
from extractor.ink import as_gray
from extractor.values import Box, Mask, Points


def complete_columns(groups: list[Group], rulings: Rulings, long_side: int) -> list[Group]:
    """`groups`, and combs of the same cells right above or below one of them where most of their rulings are seen.

    Writing breaks and doubles the rulings of a cell; what was found of it then gives way to the whole comb.
    """
    level = _thickened(rulings.level, rulings.solid, (FINDING.column_thickness, 1))
    upright = _thickened(rulings.upright, rulings.solid, (1, FINDING.column_thickness))
    out, done = list(groups), set()
    places = np.array([upright_box(group.corners) for group in groups], np.float64).reshape(-1, 4)
    for model in sorted((g for g in groups if len(g.cells) > 1), key=lambda g: -len(g.cells)):
        box, step = upright_box(model.corners), FINDING.column_step.of(model.cells[0].box.width)
        column = (round(box.left / step), round(box.right / step), round(box.height / step), len(model.cells))
        if model not in out or column in done:
            continue
        done.add(column)
        bands = [(top, bottom, False) for top, bottom in _bands(level, box, long_side)]
        bands += [(top, bottom, False) for top, bottom in _bands_of_parts(out, model)]
        bands += [(top, bottom, True) for top, bottom in _low_bands(level, upright, model, long_side)]
        for top, bottom, low in bands:
            if len(model.cells) <= FINDING.column_free and bottom - top < FINDING.column_pair * box.height:
                continue
            comb = _comb(model, upright, top, bottom)
            if comb is None or not _is_framed(comb, level, rulings.solid, low=low):
                continue
            place = upright_box(comb.corners)
            shares = _shares(places, place)
            inside = [out[index] for index in np.flatnonzero(shares)]
            # What is found there with as many cells is as good, and other cells than these are another comb.
            if all(len(g.cells) < len(model.cells) and _is_part(g, comb) for g in inside):
                out = [g for g, gone in zip(out, shares, strict=True) if not gone] + [comb]
                places = np.concatenate((places[~shares], [place]))
    return out


def _thickened(rulings: Mask, solid: Mask, size: tuple[int, int]) -> Mask:
    return as_gray(cv2.dilate(cv2.bitwise_or(rulings, solid), np.ones(size, np.uint8)))


def _bands(level: Mask, box: Box, long_side: int) -> list[tuple[int, int]]:
    """First and last rows between two level rulings over the width of `box`, not much farther apart than it is high."""
    left, right = max(0, round(box.left)), round(box.right)
    covered = (level[:, left:right] > 0).mean(1) >= FINDING.column_level
    edges = np.flatnonzero(np.diff(np.concatenate(([0], covered.view(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    thickest, apart = FINDING.column_bar * long_side, FINDING.column_apart * box.height
    lowest, highest = (share * box.height for share in FINDING.column_height)
    rim = FINDING.column_thickness // 2
    bands = []
    for end, start, next_thick in zip(ends[:-1], starts[1:], (ends - starts)[1:], strict=True):
        far = abs(start - box.bottom) > apart and abs(end - box.top) > apart
        if lowest <= start - end <= highest and next_thick < thickest and far:
            # The masks are thickened by so many rows on each side.
            bands.append((int(end) - rim, int(start) + rim))
    return bands


def _bands_of_parts(groups: list[Group], model: Group) -> list[tuple[int, int]]:
    """First and last rows of what was found of other combs in the column of `model`: writing or blur may hide a ruling
    above or below one cell, which leaves the others."""
    box, size = upright_box(model.corners), model.cells[0].box
    bands = []
    for group in groups:
        own = group.cells[0].box
        inside = own.left > box.left - 0.5 * size.width and group.cells[-1].box.right < box.right + 0.5 * size.width
        alike = abs(own.width - size.width) < FINDING.part_size[0] * size.width - size.width
        alike &= FINDING.part_size[1] * size.height < own.height < size.height / FINDING.part_size[1]
        if len(group.cells) < len(model.cells) and inside and alike:
            bands.append((round(own.top), round(own.bottom)))
    return bands


def _low_bands(level: Mask, upright: Mask, model: Group, long_side: int) -> list[tuple[int, int]]:
    """First and last rows of combs much lower than `model`: all of its uprights run there, from one ruling that is
    level to the next. Print below, which hides where a ruling is, does no harm."""
    width, height = model.cells[0].box.width, model.cells[0].box.height
    slack, rim = round(FINDING.part_slack * width), FINDING.column_thickness // 2
    edges = [model.cells[0].box.left, *(cell.box.right for cell in model.cells)]
    if round(edges[0]) < slack:
        return []
    strips = [(upright[:, round(x) - slack : round(x) + slack + 1] > 0).any(1) for x in edges]
    steps = np.flatnonzero(np.diff(np.concatenate(([0], np.all(strips, 0).view(np.int8), [0]))))
    covered = (level[:, round(edges[0]) : round(edges[-1])] > 0).mean(1)
    least, most = (
        max(FINDING.cell_least.of(long_side), FINDING.column_low[0] * height),
        FINDING.column_height[0] * height,
    )
    bands = []
    for start, end in zip(steps[::2], steps[1::2], strict=True):
        ends = [covered[max(0, y - 2 * rim) : y + 2 * rim + 1] for y in (start, end)]
        # Uprights run to the far sides of the rulings, or a little farther.
        if least <= end - start - 2 * rim <= most and all(one.max() >= FINDING.column_low[1] for one in ends):
            bands.append((int(start) + rim, int(end) - rim))
    return bands


def _comb(model: Group, upright: Mask, top: int, bottom: int) -> Group | None:
    """The cells of `model` between the rows `top` and `bottom`, if their uprights are seen there."""
    rim = FINDING.column_thickness // 2
    edges = np.array([(c.box.left - 1, c.box.right + 1) for c in model.cells]).ravel()
    width = model.cells[0].box.width
    reach = round(FINDING.column_drift * width)
    shifts = np.arange(-reach, reach + 1)
    at = np.round(edges[None, :] + shifts[:, None]).astype(int)
    inside = (at >= 0) & (at < upright.shape[1])
    at = at.clip(0, upright.shape[1] - 1)
    strip = upright[top + rim : bottom - rim, at.min() : at.max() + 1]
    seen = np.count_nonzero(strip, axis=0) / max(1, len(strip))
    shares = np.where(inside, seen[at - at.min()], 0.0)
    good = shares.mean(1) - FINDING.column_drift_cost * np.abs(shifts) / max(1, reach)
    best = int(good.argmax())
    if shares[best].mean() < FINDING.column_upright or shares[best].min() < FINDING.column_weakest:
        return None
    return Group(tuple(_moved(cell, float(shifts[best]), top, bottom) for cell in model.cells), model.joined)


def _is_framed(comb: Group, level: Mask, solid: Mask, *, low: bool) -> bool:
    """Whether the cells have rulings above and below, but for one at most, and are no part of a solid bar; `low` ones
    all of them."""
    seen = []
    for cell in comb.cells:
        left, right = max(0, round(cell.box.left)), round(cell.box.right)
        top, bottom = max(0, round(cell.box.top)), min(len(level) - 1, round(cell.box.bottom))
        if np.count_nonzero(solid[top:bottom, left:right]) > FINDING.column_solid * (bottom - top) * (right - left):
            return False
        rows = [level[max(0, y - 1) : y + 2, left:right].max(0) for y in (top - 1, bottom)]
        seen += [np.count_nonzero(row) / len(row) for row in rows]
    # Two cells of a row may be fields by themselves: nothing of their frame may be missing.
    missing = sum(share < FINDING.column_weakest for share in seen)
    allowed = 0 if low or len(comb.cells) <= FINDING.column_free else 1
    return bool(missing <= allowed and np.mean(seen) >= FINDING.column_level)


def _is_part(group: Group, comb: Group) -> bool:
    """Whether the cells of `group` are some of those of `comb`; a single one that is wider or lower, or not clear, is
    what writing made of them."""
    first, size = group.cells[0], comb.cells[0].box
    wide, low = FINDING.part_size
    other = first.box.width > wide * size.width or first.box.height < low * size.height or not first.clear
    if len(group.cells) == 1 and other:
        return True
    slack = FINDING.part_slack * comb.cells[0].box.width
    places = [(cell.box.left, cell.box.right) for cell in comb.cells]
    return all(
        any(abs(cell.box.left - left) < slack and abs(cell.box.right - right) < slack for left, right in places)
        for cell in group.cells
    )


def _moved(cell: Cell, shift: float, top: int, bottom: int) -> Cell:
    corners: Points = cell.corners.copy()
    corners[:, 0] += shift
    corners[:2, 1] += top - cell.box.top
    corners[2:, 1] += bottom - cell.box.bottom
    return Cell(corners, upright_box(corners), clear=True)


def _shares(parts: NDArray[np.float64], whole: Box) -> NDArray[np.bool_]:
    """Which of `parts`, boxes of shape (n, 4), lie in `whole` for the most part, or have most of it in them."""
    left, top, wide, high = parts.T
    height = np.minimum(top + high, whole.bottom) - np.maximum(top, whole.top)
    width = np.minimum(left + wide, whole.right) - np.maximum(left, whole.left)
    least = 0.5 * np.minimum(wide * high, whole.width * whole.height)
    shares: NDArray[np.bool_] = (height > 0) & (width > 0) & (width * height > least)
    return shares
