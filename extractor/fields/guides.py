"""Guides printed in the cells, such as the segments of an 8: what all cells of one kind show is print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractor.fields.cut import Cut
from extractor.fields.field_parameters import FIELDS
from extractor.values import Box, Gray


@dataclass(frozen=True)
class Guide:
    """What is printed in all cells of one size: `picture`, 255 where there is nothing; `width` and `height` of such a
    cell in template units."""

    width: float
    height: float
    picture: Gray

    def fits(self, cut: Cut) -> bool:
        """Whether the cells of `cut` are of that size."""
        return cut.field.cells is not None and _alike(cut.field.cell_boxes[0], self.width, self.height)


def find_guides(cuts: Sequence[Cut]) -> tuple[Guide, ...]:
    """The guides of a page, from `cuts` of all of its fields; each of another size of cell.

    Cells of the same size are laid on each other; a place that is dark in nearly all of them is printed. Forms with few
    cells are taken to have no guides.
    """
    found = []
    for kind in _kinds(cuts):
        cells = [(i, box) for i in kind for box in _insides(cuts[i])]
        if len(cells) < FIELDS.guide_fewest_cells:
            continue
        width, height = np.median([(box.width, box.height) for _, box in cells], axis=0).round().astype(int).tolist()
        shown = [
            cv2.resize(_part(cuts[i].grey, box), (width, height), interpolation=cv2.INTER_AREA) for i, box in cells
        ]
        # Darker by a pixel all around: cells never lie on each other exactly.
        dark = np.stack([cv2.erode(cell, np.ones((3, 3), np.uint8)) for cell in shown])
        # A count tells at once where no more need be asked.
        nearly_all = int(FIELDS.guide_nearly_all / 100 * (len(dark) - 1))
        often = (dark < FIELDS.guide_paper).sum(0, dtype=np.int32) > nearly_all
        if not often.any():
            continue
        usual, high = np.percentile(dark[:, often], (50, FIELDS.guide_nearly_all), axis=0)
        printed = (high < FIELDS.guide_paper) & (high - usual < FIELDS.guide_even)
        if printed.any():
            size = cuts[kind[0]].field.cell_boxes[0]
            picture = np.full(often.shape, 255, np.uint8)
            picture[often] = np.where(printed, np.maximum(high, FIELDS.guide_darkest), 255)
            found.append(Guide(size.width, size.height, picture))
    return tuple(found)


def without_guides(cut: Cut, guides: Sequence[Guide]) -> Cut:
    """`cut` with every cell divided by what is printed in all of its kind, as it was by its illumination."""
    guide = next((one for one in guides if one.fits(cut)), None)
    if guide is None:
        return cut
    out = cut.grey.copy()
    for box in _insides(cut):
        part = _part(out, box)
        even = cv2.resize(guide.picture, part.shape[::-1], interpolation=cv2.INTER_LINEAR)
        part[:] = cv2.divide(part, even, scale=255.0)
    return replace(cut, grey=out)


def _kinds(cuts: Sequence[Cut]) -> Iterator[list[int]]:
    """Indices of the combs whose cells are of one size."""
    sizes = {i: cut.field.cell_boxes[0] for i, cut in enumerate(cuts) if cut.field.cells is not None}
    while sizes:
        first = next(iter(sizes.values()))
        kind = [i for i, box in sizes.items() if _alike(box, first.width, first.height)]
        yield kind
        for i in kind:
            del sizes[i]


def _alike(box: Box, width: float, height: float) -> bool:
    off = FIELDS.guide_same_size
    return abs(box.width - width) <= off * width and abs(box.height - height) <= off * height


def _insides(cut: Cut) -> Iterator[Box]:
    """The cells without their rulings, in pixels of the cut; those too small to look into are left out."""
    inset, inside = FIELDS.inset * cut.room, cut.inside
    for left, right in cut.sides:
        box = Box(float(left) + inset, inside.top + inset, float(right - left) - 2 * inset, inside.height - 2 * inset)
        if min(box.width, box.height) >= FIELDS.guide_least_side and box.left >= 0 and box.top >= 0:
            yield box


def _part(image: Gray, box: Box) -> Gray:
    return image[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
