"""Small pieces of the blank form, looked for where a mapping puts them: they sharpen it and tell how well it fits."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from extractor.ink import as_gray
from extractor.values import Gray, Points

HALF, REACH = 14, 9
"""Pixels of the reference: half a piece's side, and how far it may lie from where it should."""

GRID = 7
ALIKE = 0.6
"""The least correlation of a piece with the page; handwriting over printed lines takes a part of it away."""


@dataclass(frozen=True)
class Patches:
    """`size` is width and height of the reference, `points`, shape (n, 2), the middles of `pieces`, (n, 29, 29)."""

    size: tuple[int, int]
    points: Points
    pieces: Gray


def choose_patches(image: Gray, writing: Points) -> Patches:
    """Pieces with corners in them, spread over the reference `image`.

    `writing`, shape (n, 4), left, top, right, bottom, are places where people write.
    """
    height, width = image.shape
    strength = np.maximum(cv2.cornerMinEigenVal(cv2.GaussianBlur(image, (0, 0), 1.5), 9), 0)
    for left, top, right, bottom in writing.round().astype(int):
        # The box's own corners may serve, its inside may not.
        strength[max(0, top + 3) : max(0, bottom - 3), max(0, left + 3) : max(0, right - 3)] = 0
    edge = HALF + 2
    points = []
    for rows in np.array_split(np.arange(edge, max(edge, height - edge)), GRID):
        for columns in np.array_split(np.arange(edge, max(edge, width - edge)), GRID):
            if len(rows) == 0 or len(columns) == 0:
                continue
            part = strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            y, x = np.unravel_index(int(part.argmax()), part.shape)
            points.append((part[y, x], columns[0] + x, rows[0] + y))
    floor = 0.02 * max((value for value, _, _ in points), default=0.0)
    kept = [(int(x), int(y)) for value, x, y in points if value > floor]
    pieces = [image[y - HALF : y + HALF + 1, x - HALF : x + HALF + 1] for x, y in kept]
    stack = np.stack(pieces) if pieces else np.zeros((0, 2 * HALF + 1, 2 * HALF + 1), np.uint8)
    return Patches((width, height), np.array(kept, np.float64).reshape(-1, 2), stack)


def align_patches(image: Gray, matrix: Points, patches: Patches) -> tuple[Points, float]:
    """`matrix` (pixels of the reference to pixels of `image`) fitted to where the pieces are found, and their share.

    Pieces that lie outside the picture are left out: a cropped page is not held against the form.
    """
    if len(patches.points) < 6:
        return matrix, 0.0
    drawn = as_gray(
        cv2.warpPerspective(
            image, matrix, patches.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
    )
    on_page = cv2.perspectiveTransform(patches.points.reshape(-1, 1, 2), matrix).reshape(-1, 2)
    limit = np.array((image.shape[1] - 1, image.shape[0] - 1))
    inside = np.asarray(((on_page >= 0) & (on_page <= limit)).all(1), np.bool_)
    if inside.sum() < max(6, 0.4 * len(inside)):
        return matrix, 0.0
    ideal, seen = [], []
    for (x, y), piece in zip(patches.points[inside].astype(int), patches.pieces[inside], strict=True):
        reach = HALF + REACH
        top, left = max(0, y - reach), max(0, x - reach)
        area = drawn[top : y + reach + 1, left : x + reach + 1]
        scores = cv2.matchTemplate(area, piece, cv2.TM_CCOEFF_NORMED)
        _, best, _, (at_x, at_y) = cv2.minMaxLoc(scores)
        if best >= ALIKE:
            ideal.append((x, y))
            seen.append(
                (left + at_x + HALF + _peak(scores[at_y], at_x), top + at_y + HALF + _peak(scores[:, at_x], at_y))
            )
    if len(ideal) < 6:
        return matrix, 0.0
    step, agree = cv2.findHomography(np.array(ideal, np.float64), np.array(seen, np.float64), cv2.RANSAC, 2.5)
    if step is None or not np.isfinite(step).all():
        return matrix, 0.0
    return matrix @ np.asarray(step, np.float64), float(np.asarray(agree).sum() / inside.sum())


def _peak(scores: np.ndarray, at: int) -> float:
    """How far between its neighbours the top of a parabola through three scores lies, -0.5 to 0.5."""
    if not 0 < at < len(scores) - 1:
        return 0.0
    before, here, after = (float(v) for v in scores[at - 1 : at + 2])
    bend = before - 2 * here + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0
