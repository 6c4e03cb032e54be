"""A field cut out of its page, large enough to judge; and the page around it, with the field marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.values import Gray

FIELD_WIDTH, FIELD_HEIGHT, BOX_HEIGHT = 1400, 560, 220
"""Pixels of a field's picture at most; and how high its box is drawn, where there is room."""

FIELD_MARGIN = 0.6
"""Paper around the field, in heights of its box: a digit that left its box is still seen."""

PAGE_SIDE = 1500
"""Pixels of the longer side of a page's picture."""

MARK_COLOUR = (110, 118, 15)
"""The colour of the mark, as blue, green and red."""

Quad: TypeAlias = Sequence[tuple[float, float]]
"""The corners of a field, clockwise from its top left, in pixels of the page."""

JPEG_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 82]


def field_picture(image: Gray, quad: Quad) -> bytes:
    """The field with the corners `quad` as a JPEG, upright as its form, with a margin of paper and its box marked."""
    corners = np.array(quad, dtype=np.float64)
    cut, matrix = _upright(image, corners)
    return _jpeg(_marked(cut, cv2.perspectiveTransform(corners[None], matrix)[0], inside=cut))


def _upright(image: Gray, corners: NDArray[np.float64]) -> tuple[Gray, NDArray[np.float64]]:
    """What lies between `corners`, upright, with a margin of paper; and how points of the page come to lie there."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = (max(1.0, float(sides[side] + sides[side + 2]) / 2) for side in (0, 1))
    margin = FIELD_MARGIN * min(height, width)
    scale = min(BOX_HEIGHT / height, FIELD_WIDTH / (width + 2 * margin), FIELD_HEIGHT / (height + 2 * margin))
    box = np.array([(0, 0), (width, 0), (width, height), (0, height)]) * scale + margin * scale
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), box.astype(np.float32))
    size = (max(1, round((width + 2 * margin) * scale)), max(1, round((height + 2 * margin) * scale)))
    flags = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    cut = as_gray(
        cv2.warpPerspective(image, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    )
    return cut, np.asarray(matrix, np.float64)


def line_picture(image: Gray, quad: Quad, line: Sequence[Quad]) -> bytes:
    """The line of a table as a JPEG, from its first field to its last (`line`), with the field at `quad` marked."""
    first, last = line[0], line[-1]
    corners = np.array((first[0], last[1], last[2], first[3]), dtype=np.float64)
    cut, matrix = _upright(image, corners)
    marked = cv2.perspectiveTransform(np.array(quad, np.float64)[None], matrix)[0]
    return _jpeg(_marked(as_gray(cv2.convertScaleAbs(cut, alpha=0.86, beta=25)), marked, inside=cut))


def page_picture(image: Gray, quad: Quad) -> bytes:
    """The whole page as a JPEG, turned so that the field at `quad` is upright, the field marked and the rest dimmed."""
    corners = np.array(quad, dtype=np.float64)
    shrink = min(1.0, PAGE_SIDE / max(image.shape))
    small = (
        as_gray(cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)) if shrink < 1 else image
    )
    corners = corners * shrink
    across = corners[1] - corners[0]
    turns = round(np.degrees(np.arctan2(across[1], across[0])) / 90) % 4
    for _ in range(turns):
        # A quarter to the left.
        corners = np.stack([corners[:, 1], small.shape[1] - corners[:, 0]], axis=1)
        small = as_gray(cv2.rotate(small, cv2.ROTATE_90_COUNTERCLOCKWISE))
    dimmed = as_gray(cv2.convertScaleAbs(small, alpha=0.72, beta=51))
    return _jpeg(_marked(dimmed, corners, inside=small))


def _marked(paper: Gray, corners: NDArray[np.float64], inside: Gray) -> NDArray[np.uint8]:
    """`paper` in colour with a line around `corners`, and there what `inside` has."""
    ring = np.round(corners).astype(np.int32)
    mask = np.zeros(paper.shape, np.uint8)
    cv2.fillPoly(mask, [ring], 255)
    picture = cv2.cvtColor(np.where(mask > 0, inside, paper), cv2.COLOR_GRAY2BGR)
    # Around the box and not on it, so that no ink is hidden.
    middle = corners.mean(axis=0)
    out = corners + 5 * np.sign(corners - middle)
    cv2.polylines(picture, [np.round(out).astype(np.int32)], True, MARK_COLOUR, 3, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    _, encoded = cv2.imencode(".jpg", picture, JPEG_QUALITY)
    return encoded.tobytes()
