"""The outline of a sheet of paper in a photograph."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.registration.registration_parameters import REGISTRATION
from extractor.values import Gray, Points


def find_sheet(image: Gray) -> Points | None:
    """The corners of the bright sheet on a darker background, shape (4, 2), clockwise, in pixels; None without one.

    A sheet that fills the picture has no outline and needs none.
    """
    return next(iter(find_sheets(image)), None)


def find_sheets(image: Gray) -> list[Points]:
    """All that may be the outline of the sheet, the likeliest first, each as `find_sheet` gives it: where a shadow
    crosses a sheet, its bright part has an outline too."""
    scale = REGISTRATION.sheet_side / max(image.shape)
    if min(image.shape) * scale < REGISTRATION.sheet_least_side:
        return []
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    # Lettering and rulings vanish in the brightness around them.
    lettering = np.ones((REGISTRATION.sheet_lettering, REGISTRATION.sheet_lettering), np.uint8)
    bright = as_gray(cv2.medianBlur(as_gray(cv2.dilate(small, lettering)), REGISTRATION.sheet_lettering + 2))
    found: list[tuple[float, Points]] = []
    threshold, _ = cv2.threshold(bright, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for level in (threshold, (threshold + 255) / 2, threshold * 0.8):
        mask = (bright > level).astype(np.uint8)
        mask = as_gray(cv2.erode(mask, lettering))
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        if not contours:
            continue
        outline = cv2.convexHull(max(contours, key=cv2.contourArea))
        area = cv2.contourArea(outline)
        least, most = REGISTRATION.sheet_area
        if not least * small.size < area < most * small.size:
            continue
        for loose in REGISTRATION.sheet_loose:
            quad = cv2.approxPolyDP(outline, loose * cv2.arcLength(outline, True), True).reshape(-1, 2)
            if quad.shape == (4, 2):
                share = cv2.contourArea(quad) / area
                if share > REGISTRATION.sheet_filled and _stands_out(bright, quad):
                    found.append((share, _clockwise(quad / scale)))
                break
    found.sort(key=lambda one: -one[0])
    outlines: list[Points] = []
    for _, corners in found:
        if all(np.abs(corners - other).max() > REGISTRATION.sheet_apart * max(image.shape) for other in outlines):
            outlines.append(corners)
    return outlines


def _stands_out(bright: Gray, quad: NDArray[Any]) -> bool:
    """Whether the background of `quad` is darker by more than the light on one sheet changes."""
    inside = np.zeros(bright.shape, np.uint8)
    cv2.fillConvexPoly(inside, quad.astype(np.int32), 1)
    within, around = bright[inside > 0], bright[inside == 0]
    if len(within) == 0 or len(around) == 0:
        return False
    return float(np.median(within)) - float(np.median(around)) > REGISTRATION.sheet_contrast


def sheet_size(corners: Points, shape: tuple[int, ...]) -> tuple[float, float]:
    """Width and height of the flat sheet whose `corners`, shape (4, 2), a picture of `shape` shows, in its pixels.

    A sheet that leans away looks shorter than it is. A camera with square pixels that looked through the middle of
    the picture gives its true shape (Z. Zhang and L. He, Whiteboard scanning and image enhancement, 2007); where
    perspective is too weak to tell, the sides as they are seen do.
    """
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    across, down = float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
    middle = np.array((shape[1], shape[0])) / 2
    top_left, top_right, bottom_right, bottom_left = np.c_[corners - middle, np.ones(4)]
    diagonal = np.cross(top_left, bottom_right)
    to_right = (diagonal @ bottom_left) / (np.cross(top_right, bottom_right) @ bottom_left) * top_right - top_left
    to_bottom = (diagonal @ top_right) / (np.cross(bottom_left, bottom_right) @ top_right) * bottom_left - top_left
    depths = to_right[2] * to_bottom[2]
    if min(abs(to_right[2]), abs(to_bottom[2])) < REGISTRATION.sheet_least_perspective or not np.isfinite(depths):
        return across, down
    focal = -(to_right[:2] @ to_bottom[:2]) / depths
    least, most = (times * max(shape) for times in REGISTRATION.sheet_focal)
    if not least**2 < focal < most**2:
        return across, down
    lengths = [float(v[:2] @ v[:2]) / focal + v[2] ** 2 for v in (to_right, to_bottom)]
    ratio = float(np.sqrt(lengths[0] / lengths[1]))
    least, most = REGISTRATION.sheet_stretch
    if not least < ratio / (across / down) < most:
        return across, down
    return (across, across / ratio) if ratio < across / down else (down * ratio, down)


def _clockwise(quad: Points) -> Points:
    """The same corners, clockwise on the screen, from the one nearest to the picture's top left."""
    if cv2.contourArea(quad.astype(np.float32), oriented=True) < 0:
        quad = quad[::-1]
    return np.asarray(np.roll(quad, -int(quad.sum(1).argmin()), axis=0), np.float64)
