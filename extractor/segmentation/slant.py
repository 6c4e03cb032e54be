"""The slant of writing: estimated, and corrected by a shear."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.segmentation.segmentation_parameters import SEGMENTATION
from extractor.values import Gray


def slant(ink: Gray) -> float:
    """The shear (columns to the right for each row upwards) that makes the strokes of `ink` stand most upright.

    Upright strokes gather in few columns, so the sum of the squares of the column profile is greatest (after
    A. Vinciarelli and J. Luettin, 2001, in the simpler form that needs no continuous columns).
    """
    height, width = ink.shape
    times = max(1.0, height / 32)
    small = cv2.resize(ink, (max(4, round(width / times)), max(4, round(height / times))), interpolation=cv2.INTER_AREA)
    ys, xs = np.nonzero(small > SEGMENTATION.slant_ink)
    if len(xs) < SEGMENTATION.slant_fewest:
        return 0.0
    shears = np.linspace(-SEGMENTATION.slant_steepest, SEGMENTATION.slant_steepest, 37)
    offset = ys - small.shape[0] / 2
    span = small.shape[1] + 2 * small.shape[0] + 1
    # Each shear has columns of its own in one long row, from which all is counted at once.
    begins = span * np.arange(len(shears)) + small.shape[0]
    # In place: these arrays are large, and making each anew would take longer than filling it.
    columns = shears[:, None] * offset
    columns += xs
    flat = np.rint(columns, out=columns).astype(np.int64)
    flat += begins[:, None]
    profile = np.bincount(flat.ravel(), minlength=span * len(shears)).reshape(len(shears), span)
    score = (profile * profile).sum(1).astype(np.float64)
    # Strokes at all angles give a flat score: then upright is the better guess.
    score *= 1 - SEGMENTATION.slant_doubt * np.abs(shears)
    return float(shears[int(score.argmax())])


def upright(ink: Gray, shear: float) -> tuple[Gray, float]:
    """`ink` sheared upright by `shear`, wide enough to lose nothing, and the columns added on the left."""
    height, width = ink.shape
    extra = abs(shear) * height / 2
    matrix = np.array(((1.0, shear, extra - shear * height / 2), (0.0, 1.0, 0.0)))
    size = (width + round(2 * extra), height)
    return as_gray(cv2.warpAffine(ink, matrix, size, flags=cv2.INTER_LINEAR)), extra
