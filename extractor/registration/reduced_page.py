"""A page as registration looks at it: reduced, with what was found on it kept for every template that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import cv2
import numpy as np

from extractor.geometry import between_centres, transform
from extractor.ink import as_gray
from extractor.registration.boxes import Boxes, find_boxes
from extractor.registration.bubble_outlines import Outlines, find_outlines
from extractor.registration.features import Features, find_features
from extractor.registration.marks import Squares, find_rings, find_squares
from extractor.registration.registration_parameters import REGISTRATION
from extractor.registration.sheet_outline import find_sheets, sheet_size
from extractor.values import Box, Gray, Points


@dataclass(frozen=True)
class ReducedPage:
    """`image` is grey, shape (height, width); `matrix`, shape (3, 3), takes its pixels to those of the page.

    `sheet`, shape (4, 2), are the corners of the sheet of paper on it, clockwise, where they are known. `finer` gives
    the same at `bubble_side`, for what is too small here.
    """

    image: Gray
    matrix: Points
    sheet: Points | None = None
    finer: Callable[[], ReducedPage] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def reach(self) -> float:
        """How far in pixels a ruling may lie from where a mapping puts it."""
        return max(3.0, REGISTRATION.reach * float(max(self.image.shape)))

    @cached_property
    def squares(self) -> Squares:
        return find_squares(self.image)

    @cached_property
    def rings(self) -> Squares:
        return find_rings(self.image)

    @cached_property
    def features(self) -> Features:
        return find_features(self.image)

    @cached_property
    def boxes(self) -> Boxes:
        return find_boxes(self.image)

    @cached_property
    def outlines(self) -> Outlines:
        if self.finer is None:
            return find_outlines(self.image)
        finer = self.finer()
        return find_outlines(finer.image).moved(np.linalg.inv(self.matrix) @ finer.matrix)


def reduced_page(image: Gray) -> ReducedPage:
    """The whole page, reduced to some `work_side`."""
    reduced = _reduced(image, REGISTRATION.work_side)
    return replace(reduced, finer=lambda: _for_bubbles(image))


def _for_bubbles(image: Gray) -> ReducedPage:
    """The whole page at some `bubble_side`, a small one enlarged."""
    enlarge = min(REGISTRATION.bubble_enlarged, REGISTRATION.bubble_side / max(image.shape))
    if enlarge < REGISTRATION.closer:
        return _reduced(image, REGISTRATION.bubble_side)
    larger = as_gray(cv2.resize(image, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC))
    return ReducedPage(larger, between_centres(np.diag((1 / enlarge, 1 / enlarge, 1.0))))


def closer_page(image: Gray) -> ReducedPage:
    """The whole page, reduced to some `closer_side`."""
    return _reduced(image, REGISTRATION.closer_side)


def _reduced(image: Gray, side: int) -> ReducedPage:
    """The whole page, made smaller by a whole number: each pixel is the mean of so many, the fastest way."""
    shrink = max(1, round(max(image.shape) / side))
    height, width = (side // shrink for side in image.shape)
    if height == 0 or width == 0:
        return ReducedPage(np.full((1, 1), 255, np.uint8), np.eye(3))
    if shrink == 1:
        return ReducedPage(image, np.eye(3))
    whole = image[: height * shrink, : width * shrink]
    # A running mean and then every so many of it takes less than half the time of cv2.resize by INTER_AREA.
    means = cv2.blur(whole, (shrink, shrink), anchor=(0, 0))
    small = np.ascontiguousarray(as_gray(means)[::shrink, ::shrink])
    enlarge = np.diag((shrink, shrink, 1.0))
    return ReducedPage(small, between_centres(enlarge))


def flattened_sheets(reduced: ReducedPage, image: Gray) -> Iterator[ReducedPage]:
    """The sheet of paper in a photograph, flattened, by each outline that it may have; none where no sheet stands out
    from what it lies on.

    It is drawn from `image`, the whole page, so that a small sheet on a large desk keeps its detail.
    """
    for corners in find_sheets(reduced.image):
        flat = _flat(reduced, image, corners, REGISTRATION.work_side)
        finer = partial(_flat, reduced, image, corners, REGISTRATION.bubble_side, REGISTRATION.bubble_enlarged)
        yield replace(flat, finer=finer)


def _flat(reduced: ReducedPage, image: Gray, corners: Points, side: int, most: float = 1.0) -> ReducedPage:
    # A little of the background around it, for the outline is not exact.
    corners = corners.mean(0) + REGISTRATION.sheet_edge * (corners - corners.mean(0))
    on_page = transform(reduced.matrix, corners)
    across, down = sheet_size(on_page, image.shape)
    scale = min(most, side / max(across, down))
    width, height = (max(8, round(side * scale)) for side in (across, down))
    flat = Box(0, 0, width, height).corners
    matrix = np.asarray(cv2.getPerspectiveTransform(flat.astype(np.float32), on_page.astype(np.float32)), np.float64)
    # Averaged where the page is finer than the result, or thin rulings break.
    fine = max(1, min(4, round(1 / scale)))
    matrix_fine = matrix @ np.diag((1 / fine, 1 / fine, 1.0))
    drawn = cv2.warpPerspective(
        image,
        matrix_fine,
        (width * fine, height * fine),
        flags=(cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if fine > 1:
        drawn = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    inner = flat.mean(0) + (flat - flat.mean(0)) / REGISTRATION.sheet_edge
    return ReducedPage(as_gray(drawn), matrix, inner)
