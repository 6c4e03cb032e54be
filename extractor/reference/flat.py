"""A photographed sheet of paper as if it lay in a scanner."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.finding import printed_extent
from extractor.finding.work_page import skew
from extractor.ink import as_gray
from extractor.reference.reference_parameters import REFERENCE
from extractor.reference.square import off_square, ruling_segments, squaring
from extractor.registration.sheet_outline import find_sheet, sheet_size
from extractor.values import Gray


def flatten(image: Gray) -> Gray:
    """The sheet that `image` shows, cut out and made rectangular; `image` itself where no sheet stands out.

    A page that lies straight already is left as it is, pixel for pixel. Where the outline leaves the form's rulings
    aslant, as on a table that is as pale as the paper, the rulings are gone by instead, and the print is cut out with
    the paper around it.
    """
    corners = find_sheet(image)
    if corners is None:
        return image
    height, width = image.shape
    outer = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    if np.abs(corners - outer).max() < REFERENCE.lies_straight * max(width, height):
        return image
    across, down = sheet_size(corners, image.shape)
    size = (max(8, round(across)), max(8, round(down)))
    flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    sheet = as_gray(cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
    by_outline = off_square(ruling_segments(sheet))
    if by_outline < REFERENCE.square_better or (squared := _squared(image)) is None:
        return sheet
    return squared if off_square(ruling_segments(squared)) < by_outline - REFERENCE.square_better else sheet


def _squared(image: Gray) -> Gray | None:
    """The form that `image` shows, made square by its rulings, with the paper beside its print."""
    matrix = squaring(image)
    if matrix is None:
        return None
    size = (image.shape[1], image.shape[0])
    flat = as_gray(cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
    extent = printed_extent(flat)
    if extent is None:
        return flat
    room = REFERENCE.square_room * max(extent.width, extent.height)
    top, left = max(0, round(extent.top - room)), max(0, round(extent.left - room))
    return np.ascontiguousarray(flat[top : round(extent.bottom + room), left : round(extent.right + room)])


def straighten(image: Gray) -> Gray:
    """`image` turned so that its rulings run level, on a white background; `image` itself if they do or there are none.

    Boxes of a template are upright, so the form that they are drawn on should be.
    """
    angle = _lean(image)
    if abs(angle) < REFERENCE.lean[0]:
        return image
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(float(turn[0, 0])), abs(float(turn[0, 1]))
    wide, tall = round(width * cos + height * sin), round(height * cos + width * sin)
    turn[:, 2] += ((wide - width) / 2, (tall - height) / 2)
    return as_gray(cv2.warpAffine(image, turn, (wide, tall), flags=cv2.INTER_CUBIC, borderValue=255))


def _lean(image: Gray) -> float:
    """Degrees by which level rulings of `image` fall to the right."""
    scale = min(1.0, REFERENCE.lean_side / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    dark = np.where(small < REFERENCE.lean_dark, 255, 0).astype(np.uint8)
    shortest = max(size) // 10
    found = cv2.HoughLinesP(dark, 1, np.pi / 1800, shortest, minLineLength=shortest, maxLineGap=3)
    if found is None:
        # Pale rulings still stand out from the paper beside them.
        return skew(small)
    x0, y0, x1, y1 = found.reshape(-1, 4).astype(np.float64).T
    # Upright rulings lean as level ones do.
    angles = (np.degrees(np.arctan2(y1 - y0, x1 - x0)) + 45) % 90 - 45
    lengths = np.hypot(x1 - x0, y1 - y0)
    near = np.abs(angles) < REFERENCE.lean[1]
    if lengths[near].sum() < 2 * shortest:
        return skew(small)
    order = np.argsort(angles[near])
    share = np.cumsum(lengths[near][order])
    return float(angles[near][order][int(np.searchsorted(share, share[-1] / 2))])
