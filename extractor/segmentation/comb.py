"""Comb fields: one candidate for each printed cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.pieces import Pieces, find_pieces, picture_of
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.lattice import Candidate, Lattice, stack_crops
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Box, Gray


def segment_comb(field: FieldImage) -> Lattice:
    """One candidate for each cell of `field`; a cell without writing has no crop."""
    ink, least = field.ink, SEGMENTATION.inside_least
    pieces = field.pieces
    shares = _shares(field, pieces)
    # Labels and rulings printed around the field reach into its margin, but little of them lies inside.
    belongs = shares.sum(1) >= least
    # What is left where rulings crossed lies between cells too, but is dirt in either cell.
    room = min(field.inside.height, field.cells[1] - field.cells[0])
    large = pieces.boxes[:, 2:].max(1, initial=0) > SEGMENTATION.comb_large * room
    parted = belongs & large & (shares.max(1, initial=0.0) < SEGMENTATION.comb_own)
    hanging = _hanging(field, pieces, ~belongs & large & (shares.sum(1) > 0))
    if parted.any() or hanging.any():
        ink = _parted(field, pieces, parted, hanging)
        pieces = find_pieces(ink)
        shares = _shares(field, pieces)
        belongs = shares.sum(1) >= least
    owner = np.where(belongs, shares.argmax(1), -1) if len(shares) else np.zeros(0, np.int64)
    candidates: list[Candidate] = []
    crops: list[Gray] = []
    boxes = field.cell_boxes
    for cell, (box, own) in enumerate(zip(boxes, _writing(pieces, owner, boxes), strict=True)):
        area = float(pieces.areas[own].sum())
        crop = len(crops) if len(own) else None
        residue = 0.0
        if crop is None:
            residue = float(pieces.boxes[owner == cell, 2:].max(initial=0)) / max(1.0, min(box.width, box.height))
        candidates.append(Candidate(cell, cell + 1, crop, box, ink=area, residue=residue))
        if len(own):
            crops.append(mnist_crop(picture_of(ink, pieces, own)))
    return Lattice(len(field.cells), tuple(candidates), stack_crops(crops), comb=True)


def _hanging(field: FieldImage, pieces: Pieces, outside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the pieces flagged in `outside` have writing in a cell: a digit that has grown together with a
    ruling that could not be taken away whole."""
    if not outside.any():
        return outside
    counts = np.zeros(len(pieces.areas) + 1, np.int64)
    room = min(field.inside.height, *(box.width for box in field.cell_boxes))
    inset = SEGMENTATION.comb_within * room
    for box in field.cell_boxes:
        rows = slice(max(0, round(box.top + inset)), max(0, round(box.bottom - inset)))
        columns = slice(max(0, round(box.left + inset)), max(0, round(box.right - inset)))
        counts += np.bincount(pieces.labels[rows, columns].ravel(), minlength=len(counts))
    return outside & (counts[1:] >= SEGMENTATION.comb_written * room * room)


def _parted(field: FieldImage, pieces: Pieces, parted: NDArray[np.bool_], hanging: NDArray[np.bool_]) -> Gray:
    """The ink with the pieces flagged in `parted` cut where they cross a ruling between cells, and those in `hanging`
    also where they cross the box."""
    ink = field.ink.copy()
    inner, outer = (np.concatenate(([False], which)) for which in (parted | hanging, hanging))
    *between, last = field.cells[1:]
    for at, flags in [*((at, inner) for at in between), (field.cells[0], outer), (last, outer)]:
        column = min(max(round(at), 1), ink.shape[1] - 2)
        strip = np.s_[:, column - 1 : column + 1]
        ink[strip][flags[pieces.labels[strip]]] = 0
    for at in (field.inside.top, field.inside.bottom):
        row = min(max(round(at), 1), ink.shape[0] - 2)
        strip = np.s_[row - 1 : row + 1, :]
        ink[strip][outer[pieces.labels[strip]]] = 0
    return ink


def _shares(field: FieldImage, pieces: Pieces) -> NDArray[np.float64]:
    """Share of each piece's pixels that lies in each cell, shape (pieces, cells)."""
    edges = np.maximum(0, np.round(field.cells).astype(np.int64))
    top, bottom = max(0, round(field.inside.top)), max(0, round(field.inside.bottom))
    left, upper, width, height = pieces.boxes.T[:, :, None]
    right, lower = left + width, upper + height
    # Only what crosses a ruling must be counted; the rest lies in one cell, or in none.
    rows = np.where((upper >= top) & (lower <= bottom), 1.0, np.where((lower <= top) | (upper >= bottom), 0.0, np.nan))
    within = (left >= edges[:-1]) & (right <= edges[1:])
    beside = (right <= edges[:-1]) | (left >= edges[1:])
    shares: NDArray[np.float64] = np.where(beside, 0.0, np.where(within, rows, np.nan))
    for piece, cell in np.argwhere(np.isnan(shares)):
        x, y, w, h = pieces.boxes[piece]
        part = pieces.labels[max(y, top) : min(y + h, bottom), max(x, edges[cell]) : min(x + w, edges[cell + 1])]
        shares[piece, cell] = np.count_nonzero(part == piece + 1) / pieces.areas[piece]
    return shares


def _writing(pieces: Pieces, owner: NDArray[np.int64], cells: Sequence[Box]) -> list[NDArray[np.intp]]:
    """For each cell those of its pieces that are writing: no specks of dirt, no remnants of the cell's rulings.

    `owner`, shape (pieces,), is the cell of each piece, -1 for none.
    """
    if len(owner) == 0:
        return [np.zeros(0, np.intp) for _ in cells]
    first = np.array(cells, np.float64)[owner]
    cell_left, cell_top, cell_width, cell_height = first.T
    size = np.minimum(cell_width, cell_height)
    left, top, width, height = pieces.boxes.T.astype(np.float64)
    right, bottom = left + width, top + height
    longest = np.maximum(width, height)
    speck = (longest < SEGMENTATION.comb_speck * size) | (pieces.areas < SEGMENTATION.comb_speck_area * size * size)
    # What is left of rulings and their crossings hugs an edge of the cell, thin along it or small; a 1 is
    # hardly ever written so close, and where it is, the cell is doubtful rather than blank.
    x, y = (left + right) / 2 - cell_left, (top + bottom) / 2 - cell_top
    off_x = np.minimum(np.abs(x), np.abs(x - cell_width))
    off_y = np.minimum(np.abs(y), np.abs(y - cell_height))
    edge, thin = SEGMENTATION.comb_edge * size, SEGMENTATION.comb_thin * size
    small = longest < SEGMENTATION.comb_small * size
    remnant = ((off_x < edge) & (small | (width < thin))) | ((off_y < edge) & (small | (height < thin)))
    keep = (owner >= 0) & ~(speck | remnant)
    found = []
    for cell in range(len(cells)):
        own = np.flatnonzero(keep & (owner == cell))
        if len(own) > 1:
            # A small piece far from the main ink is dirt; a near one is a broken stroke.
            areas = pieces.areas[own]
            main = own[int(areas.argmax())]
            gap_x = np.maximum(0, np.maximum(left[main] - right[own], left[own] - right[main]))
            gap_y = np.maximum(0, np.maximum(top[main] - bottom[own], top[own] - bottom[main]))
            gap = np.hypot(gap_x, gap_y) / size[main]
            dirt = [(areas < share * pieces.areas[main]) & (gap > far) for share, far in SEGMENTATION.comb_dirt]
            own = own[~np.any(dirt, axis=0)]
        found.append(own)
    return found
