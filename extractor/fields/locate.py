"""Each field of a registered page as a small picture of its own, snapped to the printed box, its lines removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from extractor.fields.cut import INSET, Cut, cut_out
from extractor.fields.guides import without_guides
from extractor.fields.lines import without_line
from extractor.ink import FAINTEST, grey_counts, percentile, soft_ink
from extractor.registration import Registration
from extractor.template import TemplateField
from extractor.values import Box, Gray, Points

PEN, LEAST = 110, 14
"""Grey levels, on evenly lit paper: writing darker than the first is a pen's; by the second pencil is darker than
paper, at least."""


@dataclass(frozen=True)
class FieldImage:
    """One field, cut out and cleaned.

    `ink`, shape (height, width), uint8, is 0 on paper up to 255 in full ink, printed lines removed. `inside` is the
    printed box in its pixels (`printed` says that there is one), `cells` the x where the room of each cell begins and
    that of the last one ends (two for a free string): their common lines, or the middle between cells that stand
    `gap` pixels apart. `matrix`, shape (3, 3), takes its pixels to those of the page. `lit`, as large as `ink`, is the
    picture itself, evenly lit, where nothing printed had to be taken out of it.
    """

    ink: Gray
    inside: Box
    cells: tuple[float, ...]
    matrix: Points
    snapped: bool
    printed: bool = True
    gap: float = 0.0
    lit: Gray | None = None

    @property
    def cell_boxes(self) -> tuple[Box, ...]:
        """The printed cells from left to right, in pixels of `ink`; of a free string the one box."""
        last, half = len(self.cells) - 2, self.gap / 2
        sides = [
            (left + half * (i > 0), right - half * (i < last)) for i, (left, right) in enumerate(pairwise(self.cells))
        ]
        return tuple(Box(left, self.inside.top, right - left, self.inside.height) for left, right in sides)

    @property
    def quad(self) -> tuple[tuple[float, float], ...]:
        """The box's corners on the page, clockwise from its own top left."""
        corners = cv2.perspectiveTransform(self.inside.corners.reshape(-1, 1, 2), self.matrix).reshape(-1, 2)
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


def locate(image: Gray, registration: Registration, field: TemplateField) -> FieldImage:
    """`field`'s own picture out of the whole page `image`; only this part of the page is touched."""
    cut = cut_out(image, registration, field)
    return _cleaned(cut, cut.lit, FAINTEST)


def locate_all(image: Gray, placed: Sequence[tuple[Registration, TemplateField]]) -> list[FieldImage]:
    """The pictures of many fields of one page. What is printed in all cells of a kind is taken away as well."""
    cuts = [cut_out(image, registration, field) for registration, field in placed]
    pictures = without_guides(cuts)
    faintest = _faintest([_between_lines(cut, lit) for cut, lit in zip(cuts, pictures, strict=True)])
    return [_cleaned(cut, lit, faintest) for cut, lit in zip(cuts, pictures, strict=True)]


def _faintest(parts: Sequence[Gray]) -> float:
    """The grey level from which on all is paper, by what is between the lines of all fields of a page.

    Where somebody wrote with a pen, what is much fainter is a watermark or shines through; where nobody did, it may be
    pencil, and only the grain of the paper tells it from that.
    """
    counts = [grey_counts(part) for part in parts]
    if not counts or np.percentile([percentile(one, 1) for one in counts], 25) < PEN:
        return FAINTEST
    grain = float(np.median([percentile(one, 75) - percentile(one, 25) for one in counts])) / 1.35
    paper = float(np.median([percentile(one, 50) for one in counts]))
    return max(FAINTEST, paper - max(LEAST, 5 * grain))


def _cleaned(cut: Cut, lit: Gray, faintest: float) -> FieldImage:
    """The field's ink out of `lit`, an evenly lit picture of it, without its printed lines."""
    sides, inside = cut.sides, cut.inside
    ink = soft_ink(lit, _between_lines(cut, lit), faintest)
    for lines, picture in ((cut.across, ink), (cut.along, ink.T)):
        for at, seen, thickness in zip(lines.at, lines.seen, lines.thickness, strict=True):
            if seen:
                without_line(picture, float(at), thickness)
    gaps = sides[1:, 0] - sides[:-1, 1]
    return FieldImage(
        ink=ink,
        inside=inside,
        cells=(inside.left, *(float(x) for x in sides[:-1, 1] + gaps / 2), inside.right),
        matrix=cut.matrix,
        snapped=cut.snapped,
        gap=max(0.0, float(gaps.mean())) if cut.field.gap and len(gaps) else 0.0,
    )


def _between_lines(cut: Cut, lit: Gray) -> Gray:
    """The pixels of `lit` well inside the cells, one after the other; never none."""
    inside, inset = cut.inside, round(INSET * cut.room)
    top = max(0, round(inside.top) + inset)
    rows = lit[top : max(top + 1, round(inside.bottom) - inset)]
    parts = [rows[:, max(0, round(left) + inset) : max(0, round(right) - inset)] for left, right in cut.sides]
    pixels = np.concatenate([part.ravel() for part in parts])
    return (pixels if len(pixels) else lit.ravel())[None]
