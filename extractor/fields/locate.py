"""Each field of a registered page as a small picture of its own, snapped to the printed box, its lines removed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from extractor.fields.lines import snap_lines, without_line
from extractor.ink import as_gray, even_light, soft_ink
from extractor.registration import Registration
from extractor.template import TemplateField
from extractor.values import Box, Gray, Points

SHORTEST, TALLEST = 56, 112
"""Pixels: the room for one symbol is brought between these sizes, which a crop of 20 pixels needs and no more."""


@dataclass(frozen=True)
class FieldImage:
    """One field, cut out and cleaned.

    `ink`, shape (height, width), uint8, is 0 on paper up to 255 in full ink, printed lines removed. `inside` is the
    printed box in its pixels (`printed` says that there is one), `cells` the x of each cell line from left to right
    (two for a free string), and `matrix`, shape (3, 3), takes its pixels to those of the page.
    """

    ink: Gray
    inside: Box
    cells: tuple[float, ...]
    matrix: Points
    snapped: bool
    printed: bool = True

    @property
    def quad(self) -> tuple[tuple[float, float], ...]:
        """The box's corners on the page, clockwise from its own top left."""
        corners = cv2.perspectiveTransform(self.inside.corners.reshape(-1, 1, 2), self.matrix).reshape(-1, 2)
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def locate(image: Gray, registration: Registration, field: TemplateField) -> FieldImage:
    """`field`'s own picture out of the whole page `image`; only this part of the page is touched."""
    box, count = field.box, field.cells or 1
    native = _scale_at(registration.matrix, box)
    room = min(box.height, box.width / count) if field.cells else box.height
    scale = min(max(native, SHORTEST / room), TALLEST / room)
    margin = 0.3 * room
    area = Box(box.left - margin, box.top - margin, box.width + 2 * margin, box.height + 2 * margin)
    to_template = np.array(((1 / scale, 0, area.left), (0, 1 / scale, area.top), (0, 0, 1.0)))
    matrix = registration.matrix @ to_template
    size = (round(area.width * scale), round(area.height * scale))
    grey = _warp(image, matrix, size, native / scale)

    inside = Box(margin * scale, margin * scale, box.width * scale, box.height * scale)
    wanted = [inside.left + inside.width * i / count for i in range(count + 1)]
    lit = even_light(grey, max(4, round(room * scale * 0.25)))
    dark = np.where(lit < 190, 255, 0).astype(np.uint8)
    reach = margin * scale * 0.8
    inset = round(room * scale * 0.12)
    top, bottom = round(inside.top), round(inside.bottom)
    thickest = max(5.0, 0.12 * room * scale)
    across = snap_lines(dark, wanted, (top + inset, bottom - inset), reach=reach, thickest=thickest)
    left, right = round(across.at[0]), round(across.at[-1])
    span = (max(0, left) + inset, right - inset)
    along = snap_lines(dark.T, (inside.top, inside.bottom), span, reach=reach, thickest=thickest)
    # The uprights once more, between the lines above and below as they really lie.
    low, high = round(along.at[0]) + 3, round(along.at[1]) - 2
    across = snap_lines(dark, tuple(across.at), (max(0, low), high), reach=max(3.0, reach / 4), thickest=thickest)
    snapped = Box(
        float(across.at[0]), float(along.at[0]), float(across.at[-1] - across.at[0]), float(along.at[1] - along.at[0])
    )
    ink = soft_ink(lit, _between_lines(lit, across.at, snapped, inset))
    # Enlarged, a line's soft edges are as wide as the pixels of the page.
    soft = max(0.0, scale / native - 1)
    for at, seen in zip(across.at, across.seen, strict=True):
        if seen:
            without_line(ink, float(at), across.thickness + soft)
    for at, seen in zip(along.at, along.seen, strict=True):
        if seen:
            without_line(ink.T, float(at), along.thickness + soft)
    seen_lines = sum(across.seen) + sum(along.seen)
    return FieldImage(
        ink=ink,
        inside=snapped,
        cells=tuple(float(x) for x in across.at),
        matrix=matrix,
        snapped=seen_lines * 2 >= len(across.seen) + 2,
    )


def _between_lines(lit: Gray, uprights: Points, inside: Box, inset: int) -> Gray:
    """The pixels well inside the cells, one after the other; never none."""
    top = max(0, round(inside.top) + inset)
    rows = lit[top : max(top + 1, round(inside.bottom) - inset)]
    parts = [rows[:, max(0, round(left) + inset) : max(0, round(right) - inset)] for left, right in pairwise(uprights)]
    pixels = np.concatenate([part.ravel() for part in parts])
    return (pixels if len(pixels) else lit.ravel())[None]


def _scale_at(matrix: Points, box: Box) -> float:
    """Pixels of the page to one template unit, at the middle of `box`."""
    x, y = box.left + box.width / 2, box.top + box.height / 2
    step = box.height / 4
    around = np.array([(x - step, y), (x + step, y), (x, y - step), (x, y + step)]).reshape(-1, 1, 2)
    seen = cv2.perspectiveTransform(around, matrix).reshape(-1, 2)
    lengths = np.linalg.norm(seen[1::2] - seen[::2], axis=1) / (2 * step)
    return float(np.sqrt(lengths[0] * lengths[1]))


def _warp(image: Gray, matrix: Points, size: tuple[int, int], shrink: float) -> Gray:
    """The part of `image` that `matrix` (from pixels of the result) shows, averaged where it becomes smaller."""
    times = max(1, round(shrink))
    if times > 1:
        fine = np.diag((1 / times, 1 / times, 1.0))
        half = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1.0)))
        matrix = matrix @ np.linalg.inv(half) @ fine @ half
    wide = cv2.warpPerspective(
        image,
        matrix,
        (size[0] * times, size[1] * times),
        flags=(cv2.INTER_CUBIC if shrink < 0.9 else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return as_gray(cv2.resize(wide, size, interpolation=cv2.INTER_AREA) if times > 1 else wide)
