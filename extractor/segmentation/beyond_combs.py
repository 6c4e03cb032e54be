"""What stands beside the ends of combs, farther away than their pictures reach: a number may go on there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.ink import as_gray, connected
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray, Points

END_ROWS = 24
"""Rows and columns for the height of a comb in a picture of what stands beside it."""


def beyond_combs(image: Gray, combs: Sequence[FieldImage]) -> NDArray[np.bool_]:
    """Whether something like a digit stands beyond either end of each of `combs` on the page `image`, wholly within a
    cell's width, as high and nearly as dark as the digit in the last cell there; shape (combs, 2).

    All ends are looked at in one picture, each with its last cell, roughly: a digit is larger than most print.
    """
    found = np.zeros((len(combs), 2), np.bool_)
    heights = np.array([_written_heights(comb) for comb in combs]).reshape(-1, 2)
    ends = [(at, side) for at, side in np.argwhere(heights > 0).tolist() if not combs[at].beside[side]]
    if not ends:
        return found
    # Mirrored where need be, so that the comb is always to the left.
    across, down = np.meshgrid((np.arange(2 * END_ROWS) + 0.5) / END_ROWS - 1, (np.arange(END_ROWS) + 0.5) / END_ROWS)
    grid = np.stack((across.ravel(), down.ravel(), np.ones(across.size)))
    places = np.array([combs[at].matrix @ _to_end(combs[at], side) for at, side in ends]) @ grid
    x, y = (
        axis.reshape(-1, 2 * END_ROWS).astype(np.float32) for axis in (places[:, :2] / places[:, 2:]).swapaxes(0, 1)
    )
    picture = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    high = np.array([END_ROWS * heights[at, side] / combs[at].inside.height for at, side in ends])
    for (at, side), beyond in zip(ends, _go_on(as_gray(picture), high), strict=True):
        found[at, side] = beyond
    return found


def _to_end(comb: FieldImage, side: int) -> Points:
    """The matrix, shape (3, 3), that takes a grid to pixels of the comb's picture: from -1, one cell within the end of
    the comb, to 1, one beyond it, and from 0 at its top to 1."""
    box = comb.inside
    room = min(box.height, comb.cells[-1] - comb.cells[-2], comb.cells[1] - comb.cells[0])
    x, sign = (box.right, 1) if side else (box.left, -1)
    return np.array(((sign * room, 0, x), (0, box.height, box.top), (0, 0, 1.0)))


def _written_heights(comb: FieldImage) -> tuple[float, float]:
    """How high the writing in the first and in the last cell of the comb is; 0 where one is blank."""
    box, cells = comb.inside, comb.cells
    left, top, width, height = comb.pieces.boxes.T
    across, down = left + width / 2, top + height / 2
    tall = (height >= SEGMENTATION.edge_high * box.height) & (down > box.top) & (down < box.bottom)
    first, last = tall & (across > cells[0]) & (across < cells[1]), tall & (across > cells[-2]) & (across < cells[-1])
    return float(height[first].max(initial=0)), float(height[last].max(initial=0))


def _go_on(picture: Gray, high: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a digit stands in the right half of each part of `picture`, in whose left half one so `high` does; the
    parts, shape (END_ROWS, 2 * END_ROWS), lie one below the other."""
    params, inset = SEGMENTATION, round(SEGMENTATION.beyond_inset * END_ROWS)
    parts = picture.reshape(len(high), END_ROWS, 2 * END_ROWS)
    cells, beyond = parts[:, inset:-inset, inset : END_ROWS - inset], parts[:, :, END_ROWS + inset :]
    pen, paper = _share(cells, params.beyond_pen), _share(beyond, 0.5)
    level = np.where(pen > params.beyond_paper * paper, 0.0, paper + params.beyond_dark * (pen - paper))
    ink = (beyond < level[:, None, None]).astype(np.uint8)
    left, top, width, height, area = connected(ink.reshape(-1, ink.shape[2]))[1][1:].T
    part, top = np.divmod(top, END_ROWS)
    tall = high[part]
    whole = (top > 0) & (top + height < END_ROWS) & (left + width < ink.shape[2])
    digits = whole & (height >= params.beyond_high * tall) & (width <= params.beyond_wide * tall)
    solid = (area > params.beyond_solid * width * height) & (width > params.beyond_thin * tall)
    found: NDArray[np.bool_] = np.bincount(part[digits & ~solid], minlength=len(high)) > 0
    return found


def _share(parts: Gray, share: float) -> NDArray[np.float64]:
    """The grey level that so large a share of each part's pixels lie below."""
    pixels = parts.reshape(len(parts), -1)
    at = round(share * (pixels.shape[1] - 1))
    levels: NDArray[np.float64] = np.partition(pixels, at, axis=1)[:, at].astype(np.float64)
    return levels
