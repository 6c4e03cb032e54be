"""Each field of a registered page as a small picture of its own, snapped to the printed box, its rulings removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np

from extractor.fields.beside import boxes_of
from extractor.fields.cut import Cut, cut_out
from extractor.fields.faint_writing import faint_doubts
from extractor.fields.field_parameters import FIELDS
from extractor.fields.guides import Guide, find_guides, without_guides
from extractor.fields.place_doubts import place_doubts
from extractor.fields.rulings import erase_rulings
from extractor.geometry import transform
from extractor.ink import FAINTEST, STROKE, as_gray, grey_counts, percentile, soft_ink
from extractor.pieces import Pieces, find_pieces
from extractor.template import TemplateField
from extractor.values import Box, Doubt, Gray, Points


@dataclass(frozen=True)
class FieldImage:
    """One field, cut out and cleaned.

    `ink`, shape (height, width), uint8, is 0 on paper up to 255 in full ink, rulings removed. `inside` is the
    printed box in its pixels (`printed` says that there is one), `cells` the x where the room of each cell begins and
    that of the last one ends (two for a free string): their common rulings, or the middle between cells that stand
    `gap` pixels apart. `matrix`, shape (3, 3), takes its pixels to those of the page. `grey`, as large as `ink`, is the
    picture itself with even illumination, where nothing printed had to be taken out of it. `beside` says whether
    another field begins where the box ends, to its left and to its right, and `ends` whether something like a digit
    stands there beside a comb. `doubts` are what is odd about the place.
    """

    ink: Gray
    inside: Box
    cells: tuple[float, ...]
    matrix: Points
    snapped: bool
    printed: bool = True
    gap: float = 0.0
    grey: Gray | None = None
    beside: tuple[bool, bool] = (False, False)
    ends: tuple[bool, bool] = (False, False)
    doubts: tuple[Doubt, ...] = ()

    @cached_property
    def pieces(self) -> Pieces:
        """The connected pieces of `ink`."""
        return find_pieces(self.ink)

    @cached_property
    def cell_boxes(self) -> tuple[Box, ...]:
        """The printed cells from left to right, in pixels of `ink`; of a free string the one box."""
        last, half = len(self.cells) - 2, self.gap / 2
        sides = [
            (left + half * (i > 0), right - half * (i < last)) for i, (left, right) in enumerate(pairwise(self.cells))
        ]
        return tuple(Box(left, self.inside.top, right - left, self.inside.height) for left, right in sides)

    @cached_property
    def ink_height(self) -> float:
        """How high the writing in the box is, in pixels of the page; 0 where there is none."""
        box = self.inside
        part = self.ink[max(0, round(box.top)) : round(box.bottom), max(0, round(box.left)) : round(box.right)]
        rows = np.flatnonzero(part.max(1, initial=0) >= STROKE)
        native = float(np.sqrt(np.abs(np.linalg.det(self.matrix[:2, :2]))))
        return float(rows[-1] - rows[0] + 1) * native if len(rows) else 0.0

    @property
    def quad(self) -> tuple[tuple[float, float], ...]:
        """The box's corners on the page, clockwise from its own top left."""
        corners = transform(self.matrix, self.inside.corners)
        return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)


@dataclass(frozen=True)
class PageInk:
    """What the fields of one page have in common: the `guides` printed in their cells, and the grey level above which
    everything is paper: `faintest`, but `pale` in fields without anything as dark as that, where others are written in
    clearly."""

    guides: tuple[Guide, ...] = ()
    faintest: float = FAINTEST
    pale: float = 255.0

    def faintest_in(self, plain: Cut) -> float:
        """The grey level above which everything in a field, its guides taken away, is paper."""
        if self.pale < self.faintest and _levels(plain).stroke > self.pale:
            return self.pale
        return self.faintest


@dataclass(frozen=True)
class Levels:
    """The grey levels between the rulings of one field: of its darkest strokes, of the paper, and how far the
    grain of the paper spreads."""

    stroke: float
    paper: float
    grain: float


def levels_of(cut: Cut, guides: Sequence[Guide]) -> Levels:
    """The levels of one field, its guides taken away."""
    return _levels(without_guides(cut, guides))


def _levels(plain: Cut) -> Levels:
    counts = grey_counts(plain.between)
    # By what is paler than the paper's middle: in a coarse picture blurred strokes would pass for grain.
    stroke, paper, high = (percentile(counts, share) for share in (FIELDS.stroke_share, 50, FIELDS.paper_share))
    return Levels(stroke, paper, 2 * (high - paper))


def page_ink_by_levels(levels: Sequence[Levels], guides: Sequence[Guide]) -> PageInk:
    """The page ink by the levels of all of its fields.

    Where somebody wrote with a pen, what is much fainter is a watermark or shines through; where nobody did, it may be
    pencil, and only the grain of the paper tells it from that. Where some fields are written in and nothing in another
    is nearly as dark, that is the relief of the paper, which close-up photographs show.
    """
    strokes = [one.stroke for one in levels]
    if not strokes or np.percentile(strokes, FIELDS.page_share) < FIELDS.page_pen:
        return PageInk(tuple(guides))
    grain = float(np.median([one.grain for one in levels])) / FIELDS.grain_of_sigma
    paper = float(np.median([one.paper for one in levels]))
    faintest = max(FAINTEST, paper - max(FIELDS.pencil_contrast, FIELDS.grains * grain))
    written = [stroke for stroke in strokes if stroke < paper - FIELDS.written_contrast]
    if not written:
        return PageInk(tuple(guides), faintest)
    usual = float(np.median(written))
    return PageInk(tuple(guides), faintest, max(FAINTEST, usual + FIELDS.written_paler * (paper - usual)))


def page_ink_of(cuts: Sequence[Cut]) -> PageInk:
    """The page ink from `cuts` of all of its fields, which may come from several pictures of it."""
    guides = find_guides(cuts)
    return page_ink_by_levels([levels_of(cut, guides) for cut in cuts], guides)


def locate(image: Gray, matrix: Points, field: TemplateField, neighbours: Sequence[TemplateField] = ()) -> FieldImage:
    """`field`'s own picture out of the whole page `image`; `matrix` as in `cut_out`, `neighbours` the form's fields."""
    return clean(cut_out(image, matrix, field, boxes_of(neighbours)), PageInk())


def locate_all(image: Gray, placed: Sequence[tuple[Points, TemplateField]]) -> list[FieldImage]:
    """The pictures of all fields of a page, each with its matrix as in `cut_out`, by the ink of the whole page."""
    if not placed:
        return []
    boxes = boxes_of([field for _, field in placed])
    cuts = [cut_out(image, matrix, field, boxes) for matrix, field in placed]
    guides = find_guides(cuts)
    plain = [without_guides(cut, guides) for cut in cuts]
    levels = [_levels(cut) for cut in plain]
    page_ink = page_ink_by_levels(levels, guides)
    cleaned = [_cleaned(cut, page_ink.faintest_in(cut)) for cut in plain]
    faint = faint_doubts(plain, [one.ink for one in cleaned], _faintest_writing(levels))
    odd = [own + more for own, more in zip(place_doubts(image, cuts), faint, strict=True)]
    return [replace(one, doubts=own) for one, own in zip(cleaned, odd, strict=True)]


def _faintest_writing(levels: Sequence[Levels]) -> float:
    """The grey level below which something in the fields of a page is neither paper nor its grain."""
    paper, grain = np.median([(one.paper, one.grain) for one in levels], axis=0).tolist()
    return float(paper - max(FIELDS.faint_contrast, FIELDS.faint_grains * grain))


def clean(cut: Cut, page_ink: PageInk) -> FieldImage:
    """The picture of a field that was cut out: its ink, without its rulings and guides."""
    plain = without_guides(cut, page_ink.guides)
    return _cleaned(plain, page_ink.faintest_in(plain))


def _cleaned(cut: Cut, faintest: float) -> FieldImage:
    sides, inside = cut.sides, cut.inside
    ink = soft_ink(cut.grey, cut.between, faintest)
    # Rulings are taken out along the rows of a picture, which lie together in memory.
    turned = as_gray(cv2.transpose(ink))
    erase_rulings(turned, as_gray(cv2.transpose(cut.grey)), cut.across)
    ink = as_gray(cv2.transpose(turned))
    erase_rulings(ink, cut.grey, cut.along)
    gaps = sides[1:, 0] - sides[:-1, 1]
    return FieldImage(
        ink=ink,
        inside=inside,
        cells=(inside.left, *(float(x) for x in sides[:-1, 1] + gaps / 2), inside.right),
        matrix=cut.matrix,
        snapped=cut.snapped,
        gap=max(0.0, float(gaps.mean())) if cut.field.gap and len(gaps) else 0.0,
        beside=cut.beside,
    )
