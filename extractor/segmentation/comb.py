"""Comb fields: one candidate for each printed cell."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.lattice import Candidate, Lattice, stack_crops
from extractor.segmentation.pieces import Pieces, cut_out, find_pieces
from extractor.values import Box, Gray

OWN = 0.75
"""A piece of ink belongs wholly to the cell that holds this share of it; else it is parted at the cell lines."""


def segment_comb(field: FieldImage) -> Lattice:
    """One candidate for each cell of `field`; a cell without writing has no crop."""
    ink = field.ink
    pieces = find_pieces(ink)
    shares = _shares(field, pieces)
    # Labels and lines printed around the field reach into its margin, but little of them lies inside.
    belongs = shares.sum(1) >= 0.4
    # What is left where lines crossed lies on a cell line too, but is dirt in either cell.
    large = pieces.boxes[:, 2:].max(1, initial=0) > 0.2 * min(field.inside.height, field.cells[1] - field.cells[0])
    parted = belongs & large & (shares.max(1, initial=0.0) < OWN)
    if parted.any():
        ink = _parted(field, pieces, parted)
        pieces = find_pieces(ink)
        shares = _shares(field, pieces)
        belongs = shares.sum(1) >= 0.4
    owner = np.where(belongs, shares.argmax(1), -1) if len(shares) else np.zeros(0, np.int64)
    candidates: list[Candidate] = []
    crops: list[Gray] = []
    for cell, box in enumerate(field.cell_boxes):
        found = np.flatnonzero(owner == cell)
        own = _writing(pieces, found, box)
        area = float(pieces.areas[own].sum())
        crop = len(crops) if len(own) else None
        dropped = pieces.boxes[found, 2:].max(initial=0) / min(box.width, box.height)
        residue = float(dropped) if crop is None else 0.0
        candidates.append(Candidate(cell, cell + 1, crop, box, ink=area, residue=residue))
        if len(own):
            crops.append(mnist_crop(cut_out(ink, pieces, own)))
    return Lattice(len(field.cells), tuple(candidates), stack_crops(crops), comb=True)


def _parted(field: FieldImage, pieces: Pieces, parted: NDArray[np.bool_]) -> Gray:
    """The ink with the pieces flagged in `parted` cut where they cross a cell line."""
    ink = field.ink.copy()
    flags = np.concatenate(([False], parted))
    for at in field.cells[1:-1]:
        column = min(max(round(at), 1), ink.shape[1] - 2)
        strip = np.s_[:, column - 1 : column + 1]
        ink[strip][flags[pieces.labels[strip]]] = 0
    return ink


def _shares(field: FieldImage, pieces: Pieces) -> NDArray[np.float64]:
    """Share of each piece's pixels that lies in each cell, shape (pieces, cells)."""
    count = len(pieces.areas)
    top, bottom = max(0, round(field.inside.top)), round(field.inside.bottom)
    columns = []
    for left, right in pairwise(field.cells):
        part = pieces.labels[top:bottom, max(0, round(left)) : max(0, round(right))]
        columns.append(np.bincount(part.ravel(), minlength=count + 1)[1:])
    shares: NDArray[np.float64] = np.stack(columns, 1) / np.maximum(pieces.areas, 1)[:, None]
    return shares


def _writing(pieces: Pieces, own: NDArray[np.intp], cell: Box) -> NDArray[np.intp]:
    """Of a cell's pieces `own` those that are writing: no specks of dirt, no remnants of the cell's lines."""
    if len(own) == 0:
        return own
    size = min(cell.width, cell.height)
    left, top, width, height = pieces.boxes[own].T.astype(np.float64)
    right, bottom = left + width, top + height
    areas = pieces.areas[own]
    speck = (np.maximum(width, height) < 0.12 * size) | (areas < 0.004 * size * size)
    # What is left of the printed lines and their crossings hugs an edge of the cell, thin along it or small; a 1 is
    # hardly ever written so close, and where it is, the cell is doubtful rather than blank.
    off_x = np.minimum(np.abs((left + right) / 2 - cell.left), np.abs((left + right) / 2 - cell.right))
    off_y = np.minimum(np.abs((top + bottom) / 2 - cell.top), np.abs((top + bottom) / 2 - cell.bottom))
    edge, thin = 0.12 * size, 0.1 * size
    small = np.maximum(width, height) < 0.3 * size
    remnant = ((off_x < edge) & (small | (width < thin))) | ((off_y < edge) & (small | (height < thin)))
    keep = ~(speck | remnant)
    # A small piece far from the main ink is dirt; a near one is a broken stroke.
    if keep.any():
        main = int(np.where(keep, areas, 0).argmax())
        gap_x = np.maximum(0, np.maximum(left[main] - right, left - right[main]))
        gap_y = np.maximum(0, np.maximum(top[main] - bottom, top - bottom[main]))
        gap = np.hypot(gap_x, gap_y) / size
        keep &= ~(((areas < 0.12 * areas[main]) & (gap > 0.12)) | ((areas < 0.3 * areas[main]) & (gap > 0.25)))
    kept: NDArray[np.intp] = own[keep]
    return kept
