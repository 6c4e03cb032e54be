"""One enclosed area as a quadrilateral: its corners, and whether it is a rectangle with rulings around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.finding.finding_parameters import FINDING
from extractor.values import Box, Mask, Points


def upright_box(corners: Points) -> Box:
    """The mean upright rectangle of four corners, shape (4, 2)."""
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = corners.tolist()
    left, right, top, bottom = (x1 + x4) / 2, (x2 + x3) / 2, (y1 + y2) / 2, (y3 + y4) / 2
    return Box(left, top, right - left, bottom - top)


def holds(box: Box, part: Box) -> bool:
    """Whether the middle of `part` lies in `box`."""
    x, y = part.left + part.width / 2, part.top + part.height / 2
    return box.left < x < box.right and box.top < y < box.bottom


def find_corners(own: NDArray[np.bool_]) -> Points:
    """The corners, shape (4, 2), of one area, a mask of its own bounds: where its sides, taken as straight, meet."""
    left = _side(own.argmax(1))
    right = _side(own.shape[1] - own[:, ::-1].argmax(1))
    top = _side(own.argmax(0))
    bottom = _side(own.shape[0] - own[::-1].argmax(0))
    corners = []
    for (a, b), (c, d) in ((left, top), (right, top), (right, bottom), (left, bottom)):
        # x = a + b y and y = c + d x; no side of a rectangle is so steep that the two run alike.
        x = (a + b * c) / max(0.5, 1 - b * d)
        corners.append((x, c + d * x))
    return np.array(corners, np.float64)


def _side(edge: NDArray[np.intp]) -> tuple[float, float]:
    """Offset and slope of the straight line along `edge`: least squares without the ends, and then without what lies
    off it, so that a corner cut off or writing that touches does not turn it."""
    inset = len(edge) // FINDING.edge_trim
    at = np.arange(inset, len(edge) - inset) + 0.5
    values = edge[inset : len(edge) - inset].astype(np.float64)
    if len(at) < FINDING.edge_points:
        return _median(values), 0.0
    half = len(at) // 2
    slope = (_median(values[half:]) - _median(values[:half])) / (len(at) / 2)
    offset = _median(values - slope * at)
    before = None
    for _ in range(2):
        near = np.abs(values - offset - slope * at) <= FINDING.edge_near
        count = int(np.count_nonzero(near))
        if count < FINDING.edge_points or (before is not None and (near == before).all()):
            break
        before = near
        x, y = (at, values) if count == len(at) else (at[near], values[near])
        middle = float(x.sum()) / count
        off = x - middle
        slope = float(off @ y) / float(off @ off)
        offset = float(y.sum()) / count - slope * middle
    return offset, slope


def _median(values: NDArray[np.float64]) -> float:
    """The middle value (of two the greater), many times faster than numpy's own on a few values."""
    half = len(values) // 2
    return float(np.partition(values, half)[half])


def is_rectangle(corners: Points) -> bool:
    """Whether opposite sides are nearly alike and meet nearly at right angles."""
    ways = np.roll(corners, -1, 0) - corners
    a, b, c, d = sides = np.sqrt((ways**2).sum(1))
    if sides.min() < 1:
        return False
    ways /= sides[:, None]
    turns = np.abs((ways * np.roll(ways, -1, 0)).sum(1))
    taper = FINDING.rectangle_taper
    alike = max(a, c) < taper * min(a, c) and max(b, d) < taper * min(b, d)
    return bool(turns.max() < FINDING.rectangle_skew and alike)


def filled_area(own: NDArray[np.bool_]) -> float:
    """The area of a mask in pixels with its holes, which are what is written in a cell."""
    contours, _ = cv2.findContours(own.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    # Contours run through the middles of the outermost pixels.
    return max((cv2.contourArea(c) + len(c) / 2 + 1 for c in contours), default=0.0)


def has_corners(own: NDArray[np.bool_]) -> bool:
    """Whether an area's paper, a mask of its own bounds, reaches into its corners; the inside of an O does not.

    Three corners are enough: a folded corner or a stroke may fill one.
    """
    reach = FINDING.corner_reach.pixels(min(own.shape))
    if min(own.shape) < 2 * reach:
        return True
    ends = (slice(0, reach), slice(-reach, None))
    shares = sorted(float(own[y, x].mean()) for y in ends for x in ends)
    return shares[1] >= FINDING.corner_paper


def has_sides(corners: Points, level: Mask, upright: Mask, ink: Mask) -> bool:
    """Whether a ruling, of the masks for each direction, runs along each side up to its corners, or up to where
    they are rounded off; `ink` is all that is thin and dark."""
    after = np.roll(corners, -1, 0)
    outward = (corners + after) / 2 - corners.mean(0)
    outward /= np.maximum(1e-6, np.sqrt((outward**2).sum(1)))[:, None]
    along = corners[:, None] + (after - corners)[:, None] * np.linspace(*FINDING.side_places)[None, :, None]
    points = along[:, :, None] + outward[:, None, None] * np.array(FINDING.side_offsets)[None, None, :, None]
    at = _at(points, level.shape)
    seen = np.concatenate((level[at][::2], upright[at][1::2])).max(2) > 0
    least, end = FINDING.side_ends
    ends = np.minimum(seen[:, :end].sum(1), seen[:, -end:].sum(1))
    if (seen.mean(1) >= FINDING.side_seen).all() and (ends >= least).all():
        return True
    straight = seen[:, FINDING.side_bend : -FINDING.side_bend]
    return bool((straight.mean(1) >= FINDING.side_straight).all()) and _has_round_corners(corners, ink)


def _has_round_corners(corners: Points, ink: Mask) -> bool:
    """Whether ink goes round all corners but one, as near to them as a rounded corner does; the inside of an
    O stays farther away."""
    before, after = np.roll(corners, 1, 0), np.roll(corners, -1, 0)
    short = float(np.sqrt(((after - corners) ** 2).sum(1)).min())
    # Along the bisector of the angle; at a corner of radius r the arc is 0.41 r away.
    ways = [way / np.sqrt((way**2).sum(1))[:, None] for way in (before - corners, after - corners)]
    inward = (ways[0] + ways[1]) / np.sqrt(2)
    reach = FINDING.bend_reach * short
    steps = np.linspace(0, reach, max(4, round(2 * reach)))
    points = corners[:, None] + inward[:, None] * steps[None, :, None]
    return int((ink[_at(points, ink.shape)].max(1) > 0).sum()) >= FINDING.bends_seen


def _at(points: Points, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels at `points`, shape (..., 2), the nearest within `shape`."""
    x = np.minimum(np.maximum(points[..., 0].astype(np.intp), 0), shape[1] - 1)
    y = np.minimum(np.maximum(points[..., 1].astype(np.intp), 0), shape[0] - 1)
    return y, x
