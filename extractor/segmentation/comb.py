"""Comb fields: one candidate for each printed cell."""

from __future__ import annotations

import numpy as np

from extractor.fields import FieldImage
from extractor.segmentation.crop import mnist_crop
from extractor.segmentation.lattice import Candidate, Lattice, stack_crops
from extractor.segmentation.pieces import FULL, Pieces, find_pieces, only
from extractor.values import Box, Gray

OWN = 0.75
"""A piece of ink belongs wholly to the cell that holds this share of it; else it is parted at the cell lines."""


def segment_comb(field: FieldImage) -> Lattice:
    """One candidate for each cell of `field`; a cell without writing has no crop."""
    ink = field.ink
    pieces = find_pieces(ink)
    shares = _shares(field, pieces)
    owner = np.where(shares.max(1, initial=0.0) >= OWN, shares.argmax(1) if len(shares) else 0, -1)
    # Labels and lines printed around the field reach into its margin, but little of them lies inside.
    belongs = shares.sum(1) >= 0.4
    candidates: list[Candidate] = []
    crops: list[Gray] = []
    for cell, (left, right) in enumerate(zip(field.cells, field.cells[1:], strict=False)):
        box = Box(left, field.inside.top, right - left, field.inside.height)
        symbol = only(ink, pieces, (owner == cell) & belongs)
        parted = (owner == -1) & belongs & (shares[:, cell] > 0.1)
        if parted.any():
            low, high = max(0, round(left)), round(right)
            symbol[:, low:high] = np.maximum(symbol[:, low:high], only(ink, pieces, parted)[:, low:high])
        symbol = _writing(symbol, box)
        found = bool((symbol >= FULL).any())
        candidates.append(
            Candidate(cell, cell + 1, len(crops) if found else None, box, ink=float((symbol >= FULL).sum()))
        )
        if found:
            crops.append(mnist_crop(symbol))
    return Lattice(len(field.cells), tuple(candidates), stack_crops(crops), comb=True)


def _shares(field: FieldImage, pieces: Pieces) -> np.ndarray:
    """Share of each piece's pixels that lies in each cell, shape (pieces, cells)."""
    count = len(pieces.areas)
    top, bottom = max(0, round(field.inside.top)), round(field.inside.bottom)
    columns = []
    for left, right in zip(field.cells, field.cells[1:], strict=False):
        part = pieces.labels[top:bottom, max(0, round(left)) : max(0, round(right))]
        columns.append(np.bincount(part.ravel(), minlength=count + 1)[1:])
    return np.stack(columns, 1) / np.maximum(pieces.areas, 1)[:, None]


def _writing(symbol: Gray, cell: Box) -> Gray:
    """`symbol` without specks of dirt and remnants of the cell's lines; all zero when nothing else is there."""
    pieces = find_pieces(symbol)
    if len(pieces.areas) == 0:
        return symbol
    size = min(cell.width, cell.height)
    left, top, width, height = (pieces.boxes[:, i].astype(np.float64) for i in range(4))
    right, bottom = left + width, top + height
    speck = (np.maximum(width, height) < 0.12 * size) | (pieces.areas < 0.004 * size * size)
    # What is left of the printed lines and their crossings hugs an edge of the cell; a 1 written there is taller.
    off = np.minimum.reduce(
        [
            np.abs((left + right) / 2 - cell.left),
            np.abs((left + right) / 2 - cell.right),
            np.abs((top + bottom) / 2 - cell.top),
            np.abs((top + bottom) / 2 - cell.bottom),
        ]
    )
    remnant = (off < 0.12 * size) & (
        (np.maximum(width, height) < 0.3 * size) | (np.minimum(width, height) < 0.06 * size)
    )
    largest = pieces.areas.max()
    keep = ~(speck | remnant)
    # A small piece far from the main ink is dirt; a near one is a broken stroke.
    if keep.any():
        main = int(np.where(keep, pieces.areas, 0).argmax())
        gap_x = np.maximum(0, np.maximum(left[main] - right, left - right[main]))
        gap_y = np.maximum(0, np.maximum(top[main] - bottom, top - bottom[main]))
        far = np.hypot(gap_x, gap_y) > 0.12 * size
        keep &= ~((pieces.areas < 0.12 * largest) & far)
    return only(symbol, pieces, keep)
