"""Knowing a sheet again by its ink: the same numbers written once more, by anybody, are another sheet."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.fields import FieldImage
from extractor.ink import as_gray
from extractor.values import Gray

PICTURE_HEIGHT, PICTURE_WIDEST = 20, 160
"""Pixels of the picture that is kept of a field: its height, and its greatest width."""

PICTURE_SHIFT = 2
"""Pixels by which two pictures of the same field may be apart."""

LEAST_INK = 4.0
"""The least mean of a picture with ink; a smaller one is that of an empty field."""

SAME_SHEET = 0.75
"""The least likeness of two frames of the same sheet: correlation, -1 to 1, averaged over the fields with ink."""

SHEETS_REMEMBERED = 500
"""The sheets, and the rows of numbers, that are known again: the last ones, of some 25 KB each."""


def ink_picture(image: FieldImage) -> Gray:
    """A field's ink, shape (PICTURE_HEIGHT, width), 255 = ink, small and soft enough to be compared."""
    box = image.inside
    ratio = box.width / max(1.0, box.height)
    width = int(min(PICTURE_WIDEST, max(8, round(PICTURE_HEIGHT * ratio))))
    scale = np.array(((width / box.width, 0, -box.left * width / box.width), (0, PICTURE_HEIGHT / box.height, 0)))
    scale[1, 2] = -box.top * PICTURE_HEIGHT / box.height
    ink = image.ink
    # Averaged down, so that thin strokes count by their width.
    fine = cv2.GaussianBlur(ink, (0, 0), max(0.6, 0.4 * box.height / PICTURE_HEIGHT))
    small = cv2.warpAffine(fine, scale, (width, PICTURE_HEIGHT), flags=cv2.INTER_LINEAR)
    return as_gray(cv2.GaussianBlur(small, (0, 0), 1.2))


def likeness(one: Gray, other: Gray) -> tuple[float, float]:
    """How alike two pictures of a field's ink are, -1 to 1, and how much ink they have (the weight of that)."""
    weight = float(max(one.mean(), other.mean()))
    if weight < LEAST_INK or one.shape != other.shape:
        return 0.0, 0.0
    inner = one[PICTURE_SHIFT:-PICTURE_SHIFT, PICTURE_SHIFT:-PICTURE_SHIFT]
    if inner.std() < 1 or other.std() < 1:
        # Ink in one of them only.
        return 0.0, weight
    return float(cv2.matchTemplate(other, inner, cv2.TM_CCOEFF_NORMED).max()), weight


def agreement(one: dict[str, Gray], other: dict[str, Gray]) -> float | None:
    """The likeness of the fields that both have, averaged by their ink, -1 to 1; None where neither has any."""
    pairs = [likeness(one[name], other[name]) for name in one.keys() & other.keys()]
    total = sum(weight for _, weight in pairs)
    return sum(alike * weight for alike, weight in pairs) / total if total else None


def same_ink(one: dict[str, Gray], other: dict[str, Gray]) -> bool:
    """Whether nothing in the ink of two sheets speaks against their being the same one."""
    alike = agreement(one, other)
    return alike is None or alike >= SAME_SHEET
