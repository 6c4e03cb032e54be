"""Reading without a template: every place to write in, as a field of the same kind as a template's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from extractor.decoding.lattice_search import best_paths
from extractor.decoding.written import BLANK, HYPHEN, POINT, STRUCK
from extractor.documents.negative import black_on_white
from extractor.fields import FieldImage, locate_all
from extractor.finding.field_search import find_fields
from extractor.finding.finding_parameters import FINDING
from extractor.finding.found_field import FoundField
from extractor.pieces import only
from extractor.recognizer.string_views import StringReading
from extractor.segmentation import Lattice, with_ends
from extractor.template import Format, TemplateField
from extractor.values import Box, Floats, Gray, Points


@dataclass(frozen=True)
class PageField:
    """A field found on a page: `field` is what a template would say of it, `image` its picture, cleaned."""

    found: FoundField
    field: TemplateField
    image: FieldImage


def page_fields(image: Gray, found: Sequence[FoundField] | None = None) -> list[PageField]:
    """The fields of the page `image`, shape (height, width), ready for segmentation; those of `found` if it is given.

    White on black is turned over. What is in the fields is only known when they are recognised: see
    `lattice_holds_digits` and `string_holds_digits`.
    """
    image = black_on_white(image)
    if found is None:
        found = find_fields(image)
    fields = [
        TemplateField(name=one.name, box=one.box, cells=one.cells, gap=max(0.0, one.gap), format=Format())
        for one in found
    ]
    # Each field has a mapping of its own.
    placed = [(_to_page(one.box, one.quad), field) for one, field in zip(found, fields, strict=True)]
    return [
        PageField(one, field, replace(_without_sides(picture), doubts=(*picture.doubts, *one.doubts)))
        for one, field, picture in zip(found, fields, with_ends(image, locate_all(image, placed)), strict=True)
    ]


def _without_sides(field: FieldImage) -> FieldImage:
    """`field` without what is left of its frame: straight, thin, along a whole side. A thick ruling is not all
    taken away with the others, and beside a number what is left of it would read as a 1."""
    pieces = field.pieces
    left, _, width, height = pieces.boxes.T
    inside, near = field.inside, FINDING.side_remnant * field.inside.height
    middle = left + width / 2
    side = np.minimum(np.abs(middle - inside.left), np.abs(middle - inside.right)) < near
    frame = side & (width < FINDING.side_remnant_width * near) & (height > FINDING.side_remnant_length * inside.height)
    frame &= pieces.areas > FINDING.side_remnant_filled * width * height
    return replace(field, ink=only(field.ink, pieces, ~frame)) if frame.any() else field


def _to_page(box: Box, quad: Sequence[tuple[float, float]]) -> Points:
    """The matrix, shape (3, 3), that takes the upright `box` to the corners `quad` where it really lies."""
    # Boxes are given by pixel edges, pictures are sampled at pixel centres.
    corners = np.array(quad, np.float32) - 0.5
    matrix: Points = np.asarray(cv2.getPerspectiveTransform(box.corners.astype(np.float32), corners), np.float64)
    return matrix


def lattice_holds_digits(lattice: Lattice, log_probabilities: Floats, classes: Sequence[str]) -> bool:
    """Whether a field holds handwritten digits rather than words, other marks or nothing.

    `log_probabilities`, shape (crops of this lattice, classes), are those that it is decoded from. In the cells of a
    comb struck and dashed cells may stand beside digits.
    """
    if lattice.doubts or lattice.nodes <= 1:
        return False
    paths = best_paths(lattice, log_probabilities, classes)
    if not paths:
        return False
    marks = [mark for mark in paths[0].marks if mark.text != BLANK]
    digits = [mark for mark in marks if mark.text.isdigit()]
    others = [mark for mark in marks if not mark.text.isdigit()]
    if lattice.comb:
        others = [mark for mark in others if mark.text not in (STRUCK, HYPHEN)]
    else:
        others = [mark for mark in others if mark.text != POINT]
    if not digits or len(marks) > FINDING.symbols_most or len(others) > FINDING.symbols_other * len(digits):
        return False
    mean = sum(mark.log_probability for mark in digits + others) / len(digits + others)
    return math.exp(mean) >= FINDING.sure_symbols


def string_holds_digits(string: StringReading) -> bool:
    """Whether a string that was read whole is digits rather than words, marks or nothing."""
    if not string.transcripts:
        return False
    best = string.transcripts[0]
    digits = sum(c.isdigit() for c in best.text)
    others = sum(c in "X?" for c in best.text)
    if not digits or digits + others > FINDING.symbols_most or others > FINDING.symbols_other * digits:
        return False
    return math.exp(best.log_probability / len(best.text)) >= FINDING.sure_string
