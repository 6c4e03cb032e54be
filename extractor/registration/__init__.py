"""Registration: where on the page each point of the template lies, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.registration.marks import find_squares, match_marks
from extractor.registration.printed import line_fit, printed_lines
from extractor.template import Template
from extractor.values import Gray, Points

WORK_SIDE = 1100
"""Pixels of the long side of the reduced page on which forms are found."""

ENOUGH = 0.6
"""The least share of printed lines that must be seen where the template has them; below it a page is unmatched."""

HYPOTHESES = 8


@dataclass(frozen=True)
class Registration:
    """`matrix`, shape (3, 3), takes template units to pixels of the page; `fit` is 0 to 1 (every line found)."""

    template: Template
    matrix: Points
    fit: float


def register(image: Gray, templates: Sequence[Template]) -> Registration | None:
    """The template that the page shows and how it lies there, in any of four orientations; None if none fits.

    `image` is the whole page, shape (height, width). The work is done on a reduced copy.
    """
    shrink = max(1, round(max(image.shape) / WORK_SIDE))
    work = _reduced(image, shrink)
    best: Registration | None = None
    squares = find_squares(work)
    for template in templates:
        lines = printed_lines(template)
        marks = np.array(template.landmarks.marks, np.float64).reshape(-1, 2)
        for match in match_marks(squares, marks, template.landmarks.mark_size)[:HYPOTHESES]:
            fit = line_fit(work, match.matrix, lines, reach=max(3.0, 0.004 * max(work.shape)))
            if fit >= ENOUGH and (best is None or fit > best.fit):
                best = Registration(template, match.matrix, fit)
    if best is None:
        return None
    enlarge = np.diag((shrink, shrink, 1.0))
    # Pixel centres lie at whole numbers: shift by half a pixel before and after enlarging.
    half = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1.0)))
    return Registration(best.template, np.linalg.inv(half) @ enlarge @ half @ best.matrix, best.fit)


def _reduced(image: Gray, shrink: int) -> Gray:
    """`image` made smaller by a whole number, which OpenCV averages many times faster than by any other."""
    height, width = (side // shrink for side in image.shape)
    if shrink == 1 or height == 0 or width == 0:
        return image if shrink == 1 else np.full((1, 1), 255, np.uint8)
    whole = image[: height * shrink, : width * shrink]
    return as_gray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))
