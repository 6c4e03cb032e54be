"""Boxes that dashed upright rulings part into cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from extractor.finding.cells.cell_groups import Group
from extractor.finding.cells.enclosed_cells import Cell
from extractor.finding.finding_parameters import FINDING
from extractor.finding.quad import upright_box
from extractor.values import Mask


def part_at_dashes(groups: list[Group], ink: Mask) -> list[Group]:
    """`groups`, and each single box among them that dashed rulings part evenly as a comb of its cells.

    `ink`, shape of the work page, is 255 on thin dark things. Hardly any writing is broken so regularly.
    """
    parted = [_parted(group, ink) if len(group.cells) == 1 else group for group in groups]
    sizes = np.array([group.corners[2] - group.corners[0] for group in groups]).reshape(-1, 2)
    dashed = np.array([one.dashed for one in parted], bool)
    single = np.array([len(group.cells) == 1 for group in groups], bool)
    for index in np.flatnonzero(dashed):
        alike = single & (np.abs(sizes / sizes[index] - 1) < FINDING.dashed_alike).all(1)
        # What few of many boxes of one size show, such as squares for tally marks, is chance.
        if alike.sum() >= FINDING.dashed_boxes and dashed[alike].mean() < FINDING.dashed_share:
            parted[index] = groups[index]
    return parted


def _parted(group: Group, ink: Mask) -> Group:
    cell = group.cells[0]
    box = cell.box
    top, bottom, left, right = round(box.top) + 1, round(box.bottom) - 1, round(box.left), round(box.right)
    part = ink[max(0, top) : bottom, max(0, left) : right] > 0
    least_height, least_width = FINDING.dashed_box
    if part.shape[0] < least_height or part.shape[1] < least_width:
        return group
    dashed = _dashed(part, FINDING.dashes)
    height, width = part.shape
    narrowest, widest = (share * height for share in FINDING.dashed_shape)
    for count in range(min(FINDING.dashed_cells, int(width / narrowest)), 1, -1):
        pitch = width / count
        if pitch > widest:
            break
        slack = FINDING.dashed_slack.pixels(pitch)
        places = [round(i * pitch) for i in range(1, count)]
        near = np.zeros(width, bool)
        for x in places:
            near[max(0, x - slack - 1) : x + slack + 2] = True
        # The grain of a photograph looks dashed everywhere.
        elsewhere = np.count_nonzero(dashed & ~near) > np.count_nonzero(dashed & near)
        # One ruling alone may be a drawing in the middle of the box.
        if count == 2:  # noqa: PLR2004
            dashed = _dashed(part, FINDING.dashes_alone)
        if not elsewhere and all(dashed[max(0, x - slack) : x + slack + 1].any() for x in places):
            return Group(tuple(_slice(cell, i, count) for i in range(count)), joined=True, dashed=True)
    return group


def _dashed(part: NDArray[np.bool_], fewest: int) -> NDArray[np.bool_]:
    """Which columns of a box's ink hold a ruling of at least `fewest` dashes; those of a leaning one may lie in
    neighbours."""
    wide = np.pad(part, ((0, 0), (1, 1)))
    near = wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]
    height = len(near)
    steps = np.diff(np.pad(near, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    beside = FINDING.dash_beside.pixels(height)
    out = np.zeros(near.shape[1], bool)
    for column in (int(x) for x in np.flatnonzero((steps == 1).sum(0) >= fewest)):
        starts, ends = np.flatnonzero(steps[:, column] == 1), np.flatnonzero(steps[:, column] == -1)
        lengths = ends - starts
        even = lengths.max() <= FINDING.dash_length * height and lengths.sum() >= FINDING.dash_cover * height
        whole = starts[0] <= FINDING.dash_ends * height and ends[-1] >= (1 - FINDING.dash_ends) * height
        # Strokes that run across the column, such as those of an 8, go on beside it.
        rows = np.flatnonzero(near[:, column])
        sides = (max(0, column - beside), min(part.shape[1] - 1, column + beside))
        across = max(float(part[rows, side].mean()) for side in sides)
        out[column] = even and whole and across < FINDING.dash_across and _is_regular(starts)
    return out


def _is_regular(starts: NDArray[np.intp]) -> bool:
    """Whether dashes that begin at `starts` follow one another at one pitch, but for where a stroke meets them."""
    pitch = np.diff(starts)
    usual = float(np.median(pitch))
    return float((np.abs(pitch - usual) <= FINDING.dash_pitch.of(usual)).mean()) >= FINDING.dash_regular


def _slice(cell: Cell, index: int, count: int) -> Cell:
    """One of `count` equal parts of a cell, from left to right."""
    a, b, c, d = cell.corners
    start, end = index / count, (index + 1) / count
    corners = np.array((a + (b - a) * start, a + (b - a) * end, d + (c - d) * end, d + (c - d) * start))
    return Cell(corners, upright_box(corners), clear=True)
