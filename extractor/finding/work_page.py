"""The page as finding works on it: black on white, near 150 dots an inch, its rulings level."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.ink import as_gray
from extractor.values import Gray, Points


@dataclass(frozen=True)
class WorkPage:
    """`grey` is the page to work on; `matrix`, shape (2, 3), takes its pixel edges (0 is the left edge of the first
    pixel) to those of the page as given. `long_side` in pixels of `grey` is the measure for all sizes: that of the
    page before it was turned."""

    grey: Gray
    matrix: Points
    long_side: int

    def to_page(self, points: Points) -> Points:
        """Points, shape (n, 2), of `grey` in pixels of the page as given."""
        mapped: Points = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return mapped


def work_page(image: Gray) -> WorkPage:
    """The page `image`, black on white, shape (height, width), reduced or enlarged and turned level."""
    height, width = image.shape
    long_side = max(height, width)
    scale = 1 / max(1, round(long_side / FINDING.work_side))
    if long_side < FINDING.work_side_least:
        scale = 2.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = image
    if scale != 1:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        grey = as_gray(cv2.resize(image, size, interpolation=how))
    back = np.array(((width / size[0], 0, 0), (0, height / size[1], 0)), np.float64)
    degrees = skew(grey)
    if abs(degrees) > FINDING.skew[0]:
        grey, turn = _turned(grey, degrees)
        back = back @ np.vstack((turn, (0, 0, 1)))
    return WorkPage(grey, back, max(size))


def skew(grey: Gray) -> float:
    """Degrees by which level rulings of `grey` fall to the right; 0 where no skew is clearly better than none.

    Thin dark things gather in few rows and columns when the page is level (as in W. Postl, 1986, for text lines).
    """
    step = max(1, round(max(grey.shape) / FINDING.skew_side))
    small = grey
    if step > 1:
        small = as_gray(cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA))
    level = _thin_points(small, (7, 1))
    upright = _thin_points(small, (1, 7))[:, ::-1] * (1, -1)
    if max(len(level), len(upright)) < FINDING.skew_points[0]:
        return 0.0
    span = 2 * max(small.shape)

    def score(degrees: float) -> float:
        slope = np.tan(np.radians(degrees))
        total = 0.0
        for points in (level, upright):
            rows = np.round(points[:, 1] - slope * points[:, 0]).astype(np.int64) + span // 2
            profile = np.bincount(rows.clip(0, 2 * span - 1), minlength=2 * span).astype(np.float64)
            # Over a few rows: in perspective rulings differ in slope, and the mean of them is wanted.
            profile = profile[1:-1] + profile[:-2] + profile[2:]
            total += float((profile**2).sum())
        return total

    coarse, *finer = FINDING.skew_steps
    best = max(np.arange(-FINDING.skew[1], FINDING.skew[1] + coarse / 2, coarse), key=score)
    for fine in finer:
        best = max(best + fine * np.arange(-5, 6), key=score)
    # A page without rulings gives any answer: then upright is the better guess.
    return float(best) if score(best) > FINDING.skew_gain * score(0.0) else 0.0


def _thin_points(small: Gray, kernel: tuple[int, int]) -> Points:
    """Points, shape (n, 2), of what is dark and thin along `kernel` (height, width)."""
    hat = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones(kernel, np.uint8))
    ys, xs = np.nonzero(hat > FINDING.skew_contrast)
    every = max(1, len(xs) // FINDING.skew_points[1])
    return np.stack((xs[::every], ys[::every]), 1).astype(np.float64)


def _turned(grey: Gray, degrees: float) -> tuple[Gray, NDArray[np.float64]]:
    """`grey` turned back by `degrees` on a sheet large enough, and the matrix from there to `grey` (pixel edges)."""
    height, width = grey.shape
    angle = np.radians(degrees)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    new_width = round(width * cos + height * abs(sin))
    new_height = round(height * cos + width * abs(sin))
    turn = np.array(((cos, -sin), (sin, cos)))
    shift = np.array((width, height)) / 2 - turn @ (np.array((new_width, new_height)) / 2)
    edges = np.column_stack((turn, shift))
    centres = np.column_stack((turn, shift + turn @ (0.5, 0.5) - 0.5))
    size, flags = (new_width, new_height), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    turned = cv2.warpAffine(grey, centres, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=255)
    return as_gray(turned), edges
