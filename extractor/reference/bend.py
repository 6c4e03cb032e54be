"""A copy bent a little, so that its print lies on the base's everywhere: paper shrinks, slips and folds."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.reference.reference_parameters import REFERENCE
from extractor.registration.patches import find_patches, spread_patches
from extractor.values import Gray, Points


def bend_to(base: Gray, page: Gray, matrix: Points) -> Gray:
    """`page` drawn in the pixels of `base` by `matrix` (base to page) and then bent onto it, shape of `base`.

    Pieces of the base are found on the drawn page; how far each is off is smoothed over its neighbours, so that a
    piece that was mistaken moves nothing by itself.
    """
    height, width = base.shape
    step, node = REFERENCE.piece_step, REFERENCE.bend_node
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = as_gray(cv2.warpPerspective(page, matrix, (width, height), flags=flags, borderValue=255))
    patches = spread_patches(base, (max(2, height // step), max(2, width // step)))
    found = find_patches(drawn, patches, REFERENCE.piece_reach)
    fewest, few = REFERENCE.pieces
    if len(found.ideal) < fewest:
        return drawn
    moved = found.seen - found.ideal
    moved -= np.median(moved, axis=0) if len(moved) < few else 0.0
    nodes_x, nodes_y = np.arange(0, width + node, node), np.arange(0, height + node, node)
    grid = np.stack(np.meshgrid(nodes_x, nodes_y), 2).reshape(-1, 2).astype(np.float64)
    far = ((grid[:, None] - found.ideal[None]) ** 2).sum(2)
    # Far from any piece the nearest ones still speak, evenly.
    near, wide = (-far / (2 * (spread * step) ** 2) for spread in REFERENCE.bend_spread)
    weight = np.exp(near) + 1e-6 * np.exp(wide) + 1e-12
    field = np.zeros((len(grid), 2))
    trust = np.ones(len(moved))
    for _ in range(3):
        field = (weight * trust) @ moved / (weight * trust).sum(1, keepdims=True)
        nearest = far.argmin(0)
        off = np.linalg.norm(moved - field[nearest], axis=1)
        trust = 1.0 / (1.0 + (off / REFERENCE.piece_off) ** 4)
    shift = field.reshape(len(nodes_y), len(nodes_x), 2).astype(np.float32)
    # A pixel between nodes is moved as its place between them says.
    to_node = np.array(((1 / node, 0, 0), (0, 1 / node, 0)))
    smooth = [
        cv2.warpAffine(one, to_node, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for one in (np.ascontiguousarray(shift[..., axis]) for axis in (0, 1))
    ]
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    # Both drawings in one: the page is looked at once, where mapping and bend together say.
    bent = np.stack([xs + smooth[0], ys + smooth[1]], 2).astype(np.float32)
    on_page = np.asarray(cv2.perspectiveTransform(bent, matrix), np.float32)
    # One map per axis: OpenCV 5.0 misreads a map of pairs.
    across, down = (np.ascontiguousarray(on_page[..., axis]) for axis in (0, 1))
    return as_gray(cv2.remap(page, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=255))
