"""What stands beside the ends of combs, farther away than their pictures reach: a number may go on there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.fields import FieldImage
from extractor.geometry import transform
from extractor.ink import as_gray, connected
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray, Points

END_ROWS = 32
"""Rows and columns for the height of a comb in a picture of what stands beside it."""


def beyond_combs(image: Gray, combs: Sequence[FieldImage]) -> NDArray[np.bool_]:
    """Whether something like a digit stands beyond either end of each of `combs` on the page `image`, wholly within a
    cell's width, as high and nearly as dark as the digit in the last cell there; shape (combs, 2).

    All ends are looked at in one picture, each with its last cell, roughly: a digit is larger than most print.
    """
    found = np.zeros((len(combs), 2), np.bool_)
    open_ends = [(at, side) for at, comb in enumerate(combs) for side in (0, 1) if not comb.beside[side]]
    heights = {(at, side): height for at, side in open_ends if (height := _written_height(combs[at], side)) > 0}
    if not heights:
        return found
    # Mirrored where need be, so that the comb is always to the left.
    across, down = np.meshgrid((np.arange(2 * END_ROWS) + 0.5) / END_ROWS - 1, (np.arange(END_ROWS) + 0.5) / END_ROWS)
    places = np.concatenate([_places(combs[at], side, across, down) for at, side in heights]).astype(np.float32)
    picture = cv2.remap(image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    high = np.array([END_ROWS * height / combs[at].inside.height for (at, _), height in heights.items()])
    for (at, side), beyond in zip(heights, _go_on(as_gray(picture), high), strict=True):
        found[at, side] = beyond
    return found


def _room(comb: FieldImage) -> float:
    return min(comb.inside.height, *(box.width for box in comb.cell_boxes))


def _places(comb: FieldImage, side: int, across: Points, down: Points) -> Points:
    """Where on the page a grid lies that goes from one cell within the end of the comb to one beyond it."""
    box, room = comb.inside, _room(comb)
    x = box.right + across * room if side else box.left - across * room
    points = transform(comb.matrix, np.stack((x, box.top + down * box.height), -1).reshape(-1, 2))
    return points.reshape(*across.shape, 2)


def _written_height(comb: FieldImage, side: int) -> float:
    """How high the writing in the last cell at an end of the comb is; 0 where it is blank."""
    box = comb.cell_boxes[-1 if side else 0]
    pieces = comb.pieces
    left, top, width, height = pieces.boxes.T
    inside = (left + width / 2 > box.left) & (left + width / 2 < box.right) & (top + height / 2 > box.top)
    inside &= (top + height / 2 < box.bottom) & (height >= SEGMENTATION.edge_high * box.height)
    return float(height[inside].max(initial=0))


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
