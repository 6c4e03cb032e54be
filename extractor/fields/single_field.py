"""A picture that is one field all by itself: a cut-out amount, a photographed number."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.fields.field_parameters import FIELDS
from extractor.fields.lined_paper import without_rulings
from extractor.fields.locate import FieldImage
from extractor.ink import as_gray, even_illumination, soft_ink
from extractor.values import Box, Gray


def as_single_field(image: Gray) -> FieldImage:
    """The whole of `image`, shape (height, width), as one field."""
    scale = max(1.0, FIELDS.single_lowest / image.shape[0])
    scale = min(scale, FIELDS.single_highest / image.shape[0], FIELDS.single_widest / image.shape[1])
    width, height = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    grey = image
    if (height, width) != image.shape:
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        grey = as_gray(cv2.resize(image, (width, height), interpolation=how))
    grey = even_illumination(grey, max(4, round(height * FIELDS.single_illumination_reach)))
    ink = without_rulings(soft_ink(grey, grey))
    matrix = np.diag((image.shape[1] / width, image.shape[0] / height, 1.0))
    return FieldImage(
        ink, Box(0, 0, width, height), (0.0, float(width)), matrix, snapped=True, printed=False, grey=grey
    )
