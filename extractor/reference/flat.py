"""A photographed sheet of paper as if it lay in a scanner."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.registration.sheet import find_sheet, sheet_size
from extractor.values import Gray


def flatten(image: Gray) -> Gray:
    """The sheet that `image` shows, cut out and made rectangular; `image` itself where no sheet stands out.

    A page that lies straight already is left as it is, pixel for pixel.
    """
    corners = find_sheet(image)
    if corners is None:
        return image
    height, width = image.shape
    outer = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    if np.abs(corners - outer).max() < 0.04 * max(width, height):
        return image
    across, down = sheet_size(corners, image.shape)
    size = (max(8, round(across)), max(8, round(down)))
    flat = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    return as_gray(cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
