"""What else a picture shows beside the form that was found on it: two sheets on one glass, a spread."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.geometry import transform
from extractor.registration.reduced_page import ReducedPage
from extractor.registration.registration_parameters import REGISTRATION
from extractor.template import Template
from extractor.values import Box, Gray, Points


def boxes_beside(reduced: ReducedPage, template: Template, matrix: Points) -> Points:
    """The middles of the printed boxes that lie beside the sheet of `template`, shape (n, 2), in pixels of `reduced`;
    none where the picture has no room for a second sheet. `matrix` takes template units to pixels of the whole page."""
    there = np.linalg.inv(reduced.matrix) @ matrix
    height, width = reduced.image.shape
    page = template.page
    sheet = transform(there, Box(0, 0, page.width, page.height).corners).astype(np.float32)
    picture = Box(0, 0, width, height).corners.astype(np.float32)
    inside, _ = cv2.intersectConvexConvex(picture, sheet)
    if width * height - inside < REGISTRATION.second_room * cv2.contourArea(sheet):
        return np.zeros((0, 2))
    middles = reduced.boxes.centres
    on_form = transform(np.asarray(np.linalg.inv(there), np.float64), middles) / (page.width, page.height)
    edge = REGISTRATION.second_edge
    beside: Points = middles[((on_form < -edge) | (on_form > 1 + edge)).any(1)]
    return beside


def without_sheet(image: Gray, template: Template, matrix: Points) -> Gray:
    """`image` with the sheet of `template` painted over in the grey of its paper."""
    page, edge = template.page, REGISTRATION.second_edge
    around = Box(-edge * page.width, -edge * page.height, (1 + 2 * edge) * page.width, (1 + 2 * edge) * page.height)
    corners: NDArray[np.int32] = transform(matrix, around.corners).round().astype(np.int32)
    left, top = np.maximum(corners.min(0), 0)
    paper = np.percentile(image[top : corners[:, 1].max() : 8, left : corners[:, 0].max() : 8], 75)
    return np.asarray(cv2.fillConvexPoly(image.copy(), corners, float(paper)), np.uint8)
