"""How a camera sees a sheet: bent, out of focus, on a dark table or a pale one; and dirt on its corners."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.ink import as_gray
from extractor.values import Gray
from samples.generator.filling import Picture
from samples.generator.glyph import MM

Map = NDArray[np.float64]


@dataclass(frozen=True)
class Pose:
    """A photograph of `size`, width and height: the sheet's `corners` in it as shares of its sides, clockwise from the
    top left; `bend`, how far the middle of a level ruling is off the straight line between its ends, as a share of the
    sheet's width, of a sheet bent like a cylinder about an upright axis; `focus`, the radius in pixels of the disk that
    a point becomes; `table`, its grey."""

    corners: tuple[tuple[float, float], ...]
    size: tuple[int, int] = (1500, 2000)
    bend: float = 0.0
    focus: float = 0.0
    table: int = 70
    noise: float = 2.0


def any_pose(
    rng: np.random.Generator, *, lean: float = 0.03, bend: float = 0.0, focus: float = 0.0, table: int = 70
) -> Pose:
    """The sheet nearly fills the picture; its corners are off by up to the share `lean`."""
    square = ((0.08, 0.07), (0.92, 0.07), (0.92, 0.93), (0.08, 0.93))
    corners = tuple((x + float(rng.uniform(-lean, lean)), y + float(rng.uniform(-lean, lean))) for x, y in square)
    return Pose(corners, bend=bend, focus=focus, table=table)


def to_picture(points: Map, sheet: tuple[int, ...], pose: Pose) -> Map:
    """Where `points`, shape (n, 2), of a sheet of shape (height, width, 3) are in the picture."""
    height, width = sheet[:2]
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(pose.corners, np.float32) * np.array(pose.size, np.float32))
    return np.asarray(cv2.perspectiveTransform(_bent(points, sheet, pose.bend)[None], matrix)[0], np.float64)


def _bent(points: Map, sheet: tuple[int, ...], bend: float) -> Map:
    """Where the points of a sheet that is bent up in its middle are seen on the plane of its ends, from a camera that
    looks down aslant: the middle is nearer, and so larger, and higher up."""
    height, width = sheet[:2]
    rise = np.sin(np.pi * points[:, 0] / width)
    middle = np.array((width / 2, height / 2))
    nearer = 1 + 0.35 * abs(bend) * rise
    seen: Map = middle + (points - middle) * nearer[:, None]
    seen[:, 1] -= bend * width * rise
    return seen


def photographed(sheet: Picture, pose: Pose, rng: np.random.Generator) -> Gray:
    """The `sheet` as seen, grey, shape (height, width)."""
    height, width = sheet.shape[:2]
    columns, rows = pose.size
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(pose.corners, np.float32) * np.array(pose.size, np.float32))
    x, y = np.meshgrid(np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64))
    seen = cv2.perspectiveTransform(np.stack((x, y), 2).reshape(1, -1, 2), np.linalg.inv(matrix))[0]
    points = np.asarray(seen, np.float64)
    for _ in range(12 if pose.bend else 0):
        points = points + (seen - _bent(points, sheet.shape, pose.bend))
    maps = points.reshape(rows, columns, 2).astype(np.float32)
    grey = cv2.cvtColor(sheet, cv2.COLOR_RGB2GRAY)
    shrink = width / (columns * (pose.corners[1][0] - pose.corners[0][0]))
    soft = cv2.GaussianBlur(grey, (0, 0), max(0.3, 0.42 * shrink))
    across, down = (np.ascontiguousarray(maps[..., k]) for k in (0, 1))
    paper = cv2.remap(soft, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    on_sheet = (across >= 0) & (across < width) & (down >= 0) & (down < height)
    grain = cv2.resize(rng.standard_normal((rows // 40, columns // 40)).astype(np.float32), pose.size)
    flow = np.where(on_sheet, 0.86 * paper, pose.table * (1 + 0.03 * grain))
    # Light falls off to one side.
    flow *= 1 - 0.18 * (x / columns).astype(np.float32)
    if pose.focus:
        flow = cv2.filter2D(flow.astype(np.float32), -1, _disk(pose.focus))
    noise = cv2.GaussianBlur(rng.standard_normal(flow.shape).astype(np.float32), (0, 0), 0.6) * 1.9 * pose.noise
    return as_gray(np.clip(flow + noise, 0, 255).round().astype(np.uint8))


def _disk(radius: float) -> NDArray[np.float32]:
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disk = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(disk / disk.sum(), np.float32)


def specked(sheet: Picture, corners: Map, radius: float, rng: np.random.Generator) -> Picture:
    """The `sheet` with a speck of so many millimetres on one of the four `corners` of every field, shape (n, 4, 2)."""
    picture = sheet.copy()
    for own in corners:
        x, y = own[int(rng.integers(4))] + rng.uniform(-0.3, 0.3, 2) * radius * MM
        cv2.circle(picture, (round(x), round(y)), round(radius * MM), (25, 25, 25), cv2.FILLED, cv2.LINE_AA)
    return picture
