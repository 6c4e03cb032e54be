"""One field's part of the page, cut out by itself, brought upright, its illumination evened, its rulings found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from extractor.fields.beside import beside
from extractor.fields.field_parameters import FIELDS
from extractor.fields.rulings import SnappedRulings, lean, snap_rulings
from extractor.geometry import between_centres, transform
from extractor.ink import as_gray, even_illumination
from extractor.template import TemplateField
from extractor.values import Box, Gray, Points

NO_NEIGHBOURS: Points = np.zeros((0, 4))
"""The boxes of a field's neighbours where it has none."""


@dataclass(frozen=True, eq=False)
class Cut:
    """`grey`, shape (height, width), is the picture of `field` with even illumination; `matrix`, shape (3, 3), takes
    its pixels to those of the page. `across` are its uprights from left to right, `along` the rulings above and below.
    `room` is the smaller side of a cell in pixels. `beside` says whether another field begins where this
    one ends, left and right."""

    field: TemplateField
    grey: Gray
    matrix: Points
    across: SnappedRulings
    along: SnappedRulings
    room: float
    beside: tuple[bool, bool] = (False, False)

    @cached_property
    def inside(self) -> Box:
        """The printed box in pixels of `grey`."""
        (left, right), (top, bottom) = self.across.at[[0, -1]], self.along.at
        return Box(float(left), float(top), float(right - left), float(bottom - top))

    @cached_property
    def sides(self) -> Points:
        """Left and right of each cell in pixels of `grey`, shape (cells, 2)."""
        at = self.across.at
        return at.reshape(-1, 2) if self.field.gap else np.stack((at[:-1], at[1:]), 1)

    @cached_property
    def between(self) -> Gray:
        """The pixels of `grey` well inside the cells, one after the other, shape (1, pixels); never none."""
        inside, inset = self.inside, round(FIELDS.inset * self.room)
        top = max(0, round(inside.top) + inset)
        rows = self.grey[top : max(top + 1, round(inside.bottom) - inset)]
        parts = [rows[:, max(0, round(left) + inset) : max(0, round(right) - inset)] for left, right in self.sides]
        pixels = np.concatenate([part.ravel() for part in parts])
        return (pixels if len(pixels) else self.grey.ravel())[None]

    @property
    def snapped(self) -> bool:
        """Whether most of the rulings are seen."""
        return 2 * (sum(self.across.seen) + sum(self.along.seen)) >= len(self.across.seen) + 2


def cut_out(image: Gray, matrix: Points, field: TemplateField, neighbours: Points = NO_NEIGHBOURS) -> Cut:
    """`field` out of the whole page `image`, of which only this part is touched.

    `matrix`, shape (3, 3), takes the units of `field.box` to pixels of the page. `neighbours` are the boxes of
    the form's fields, shape (fields, 4), any of which may begin where this one ends.
    """
    box, cells = field.box, field.cell_boxes
    native = _scale_at(matrix, box)
    room = min(box.height, cells[0].width) if field.cells else box.height
    scale = min(max(native, FIELDS.smallest_room / room), FIELDS.largest_room / room)
    margin = FIELDS.margin * room
    area = Box(box.left - margin, box.top - margin, box.width + 2 * margin, box.height + 2 * margin)
    matrix = matrix @ np.array(((1 / scale, 0, area.left), (0, 1 / scale, area.top), (0, 0, 1.0)))
    size = (round(area.width * scale), round(area.height * scale))
    inside = Box(margin * scale, margin * scale, box.width * scale, box.height * scale)
    wanted = [(cell.left - area.left) * scale for cell in cells] + [(cells[-1].right - area.left) * scale]
    if field.gap:
        wanted = [(x - area.left) * scale for cell in cells for x in (cell.left, cell.right)]
    pixels = room * scale
    # Where pixels of the page are coarse, so are its rulings.
    thickest = max(5.0, FIELDS.thickest * pixels, FIELDS.thickest_on_page * scale / native)
    shadow = max(4, round(pixels * FIELDS.illumination_reach))
    grey = even_illumination(_warp(image, matrix, size, native / scale), shadow)
    across, along = _snap(grey, wanted, inside, pixels, thickest)
    turn = _lean(grey, across, along)
    if turn is not None:
        matrix = matrix @ turn
        grey = even_illumination(_warp(image, matrix, size, native / scale), shadow)
        across, along = _snap(grey, wanted, inside, pixels, thickest)
    return Cut(field, grey, matrix, across, along, pixels, beside(field, neighbours))


def _snap(
    grey: Gray, wanted: list[float], inside: Box, room: float, thickest: float
) -> tuple[SnappedRulings, SnappedRulings]:
    """The uprights near `wanted`, and the rulings above and below the box `inside`; `room` is a cell's, in pixels."""
    reach, inset = FIELDS.ruling_reach * room, round(FIELDS.inset * room)
    top, bottom = round(inside.top), round(inside.bottom)
    across = snap_rulings(grey, wanted, (top + inset, bottom - inset), reach=reach, thickest=thickest)
    left, right = round(across.at[0]), round(across.at[-1])
    span = (max(0, left) + inset, right - inset)
    above_and_below, turned = (inside.top, inside.bottom), as_gray(cv2.transpose(grey))
    along = snap_rulings(turned, above_and_below, span, reach=reach, thickest=thickest)
    if np.abs(along.at - above_and_below).max() < inset:
        return across, along
    # The uprights once more, between the rulings above and below as they really lie.
    low, high = round(along.at[0]) + 3, round(along.at[1]) - 2
    reach = max(3.0, FIELDS.second_reach * reach)
    across = snap_rulings(grey, tuple(across.at), (max(0, low), high), reach=reach, thickest=thickest)
    return across, along


def _lean(grey: Gray, across: SnappedRulings, along: SnappedRulings) -> Points | None:
    """The matrix, shape (3, 3), that makes leaning rulings upright and level; None where they nearly are."""
    top, bottom = round(along.at[0]), round(along.at[1])
    left, right = round(across.at[0]), round(across.at[-1])
    sideways = lean(grey, across, (top, bottom), _half_reach(bottom - top))
    down = lean(as_gray(cv2.transpose(grey)), along, (left, right), _half_reach(right - left))
    if max(abs(sideways) * (bottom - top), abs(down) * (right - left)) < FIELDS.least_lean:
        return None
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    return np.array(((1, sideways, -sideways * middle_y), (down, 1, -down * middle_x), (0, 0, 1.0)))


def _half_reach(side: float) -> float:
    """Pixels by which one half of rulings `side` long may lie off the other."""
    return max(2.0, FIELDS.steepest_lean * side / 2)


def _scale_at(matrix: Points, box: Box) -> float:
    """Pixels of the page to one template unit, at the middle of `box`."""
    x, y = box.left + box.width / 2, box.top + box.height / 2
    step = box.height / 4
    around = np.array([(x - step, y), (x + step, y), (x, y - step), (x, y + step)])
    sides = transform(matrix, around)
    wide, high = np.sqrt(((sides[1::2] - sides[::2]) ** 2).sum(1)) / (2 * step)
    return float(np.sqrt(wide * high))


def _warp(image: Gray, matrix: Points, size: tuple[int, int], shrink: float) -> Gray:
    """The part of `image` that `matrix` (from pixels of the result) shows, averaged where it becomes smaller."""
    times = max(1, round(shrink))
    if times > 1:
        matrix = matrix @ between_centres(np.diag((1 / times, 1 / times, 1.0)))
    wide = cv2.warpPerspective(
        image,
        matrix,
        (size[0] * times, size[1] * times),
        flags=(cv2.INTER_CUBIC if shrink < FIELDS.smooth_below else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return as_gray(cv2.resize(wide, size, interpolation=cv2.INTER_AREA) if times > 1 else wide)
