"""The solid marks in the corners of a blank form."""

from __future__ import annotations

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.reference.reference_parameters import REFERENCE
from extractor.registration.marks import find_squares
from extractor.values import Gray, Points


def corner_marks(image: Gray) -> tuple[Points, float] | None:
    """Centres, shape (n, 2), and side of the solid squares in the four corners, in pixels; None without them.

    Squares of the same size between the corners, which tell which way up the form lies, come after them.
    """
    scale = min(1.0, REFERENCE.marks_side / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = as_gray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)) if scale < 1 else image
    squares = find_squares(small)
    if len(squares.centres) < REFERENCE.corners:
        return None
    page = np.array(size, np.float64)
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * page
    picked: list[int] = []
    for corner in corners:
        away = np.abs(squares.centres - corner) / page
        near = np.flatnonzero((away < REFERENCE.corner_reach).all(1))
        if len(near) == 0:
            return None
        picked.append(int(near[away[near].sum(1).argmin()]))
    sides = squares.sides[picked]
    if sides.max() > REFERENCE.marks_spread * sides.min():
        return None
    side = float(np.median(sides))
    frame = squares.centres[picked]
    extra = [
        index
        for index in range(len(squares.centres))
        if index not in picked
        and abs(squares.sides[index] - side) < REFERENCE.marks_differ * side
        and _from_frame(squares.centres[index], frame) < side
    ]
    centres = squares.centres[picked + extra[:4]]
    return (centres + 0.5) / scale - 0.5, side / scale


def _from_frame(point: Points, frame: Points) -> float:
    """How far a point lies from the sides of the four-cornered `frame`, and past their ends."""
    starts, along = frame, np.roll(frame, -1, axis=0) - frame
    length = (along**2).sum(1)
    part = np.clip(((point - starts) * along).sum(1) / np.maximum(length, 1e-9), 0, 1)
    return float(np.linalg.norm(starts + along * part[:, None] - point, axis=1).min())
