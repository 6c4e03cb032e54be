"""A template drafted from a blank form: its marks, and the fields that are found on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractor.barcodes.code_reader import page_codes
from extractor.bubbles.bubble_search import find_bubbles
from extractor.finding import FoundField, find_page
from extractor.ink import even_illumination
from extractor.reference.bubble_draft import beside_codes, covered, draft_bubbles, draft_codes, in_tables
from extractor.reference.corner_marks import corner_marks
from extractor.reference.draft_names import field_names
from extractor.reference.reference_parameters import REFERENCE
from extractor.reference.table_draft import draft_tables
from extractor.template import Format, Landmarks, PageSize, Template, TemplateField
from extractor.template.model import MOST_FIELDS
from extractor.values import Box, DoubtKind, Gray, Kind


@dataclass(frozen=True)
class TemplateDraft:
    """`template`, None if no field was found; `left_out` counts what was found and is hardly a number's place."""

    template: Template | None
    left_out: int


def draft_template(
    blank: Gray, form: str, reference: str, *, dpi: int, everything: bool = False, dropout: bool = False
) -> TemplateDraft:
    """The template of the form that `blank`, grey, shows; its units are the picture's pixels.

    `form` names it, `reference` is the file name of the blank's picture. Without `everything`, what looks like print,
    rulings to write on beside boxes and tables, grids of single boxes, combs for words, and boxes too large or too
    narrow for a number are left out. `dropout` says that the boxes are printed in a colour that pages in grey do not
    show.
    """
    page_found = find_page(blank, labels=True)
    codes, sheet = draft_codes(page_codes(blank), blank.shape)
    bubbles = in_tables(page_found.tables, beside_codes(find_bubbles(blank), codes))
    found = [field for field in page_found.fields if not covered(field.box, bubbles.beside, codes)]
    kept = found if everything else _for_numbers(found, blank.shape, tables=bool(page_found.tables))
    height, width = blank.shape
    fields: list[TemplateField] = []
    # Fields without a printed label are numbered; what was left out leaves no gap.
    labels = ("" if re.fullmatch(r"field_\d+", f.name) else f.name for f in kept)
    for one, name in zip(kept, field_names(labels), strict=True):
        left, top = max(0.0, one.box.left), max(0.0, one.box.top)
        right, bottom = min(width, one.box.right), min(height, one.box.bottom)
        if min(right - left, bottom - top) < REFERENCE.field_least:
            continue
        box = Box(*(round(float(v), 1) for v in (left, top, right - left, bottom - top)))
        # Rounded up, a box at the very edge would reach over it.
        box = Box(box.left, box.top, min(box.width, width - box.left), min(box.height, height - box.top))
        fields.append(
            TemplateField(name=name, box=box, cells=one.cells, gap=round(one.gap, 1), format=Format(kind=Kind.DIGITS))
        )
    lit = even_illumination(blank, max(4, round(REFERENCE.words_light * max(blank.shape))))
    unwritten = [*codes, *draft_bubbles(bubbles.beside, lit)]
    names = field_names(field.name for field in (*fields, *unwritten))[len(fields) :]
    unwritten = [field.model_copy(update={"name": name}) for field, name in zip(unwritten, names, strict=True)]
    tables = draft_tables(bubbles.tables, blank.shape, bubbles.columns)
    left_out = len(found) - len(fields)
    fields += unwritten
    tables = tables if sum(table.size for table in tables) + len(fields) <= MOST_FIELDS else ()
    if not fields and not tables:
        return TemplateDraft(None, len(found))
    marks = corner_marks(blank)
    landmarks = Landmarks(reference=reference, dropout=dropout)
    if marks is not None:
        centres = tuple((round(float(x), 1), round(float(y), 1)) for x, y in marks[0])
        landmarks = Landmarks(marks=centres, mark_size=round(marks[1], 1), reference=reference, dropout=dropout)
    page = PageSize(width=width, height=height, dpi=dpi)
    template = Template(
        formdigits=1, form=form, page=page, landmarks=landmarks, sheet=sheet, fields=tuple(fields), tables=tables
    )
    return TemplateDraft(template, left_out)


def _is_worded(box: Box, cells: int, other: Box) -> bool:
    """Whether a comb is one for words, one letter in each cell: the long one `other` itself, or what it goes on with in
    the next row."""
    if cells > REFERENCE.cells_most:
        return True
    below = abs(box.top - other.bottom) < box.height / 2 and abs(box.left - other.left) < box.height / 2
    return below and box.width < other.width and abs(box.height - other.height) < box.height / 4


def _for_numbers(found: Sequence[FoundField], shape: tuple[int, ...], *, tables: bool) -> list[FoundField]:
    found = [field for field in found if not any(doubt.kind is DoubtKind.PRINT for doubt in field.doubts)]
    boxed = [field for field in found if field.shape != "ruling"]
    if not boxed:
        # Beside tables a ruling is for a signature.
        return [] if tables else found
    single = [field.box for field in boxed if field.cells is None]
    worded = [field.box for field in boxed if (field.cells or 1) > REFERENCE.cells_most]
    kept = []
    for field in boxed:
        box = field.box
        if field.cells is not None and any(_is_worded(box, field.cells, one) for one in worded):
            continue
        if field.cells is None:
            across, down = REFERENCE.grid_alike * box.width, REFERENCE.grid_alike * box.height
            alike = sum(abs(one.width - box.width) < across and abs(one.height - box.height) < down for one in single)
            low = box.height < REFERENCE.grid_low * max(shape)
            small = box.height < REFERENCE.grid_tallest * max(shape)
            in_grid = (
                small
                and alike > (REFERENCE.grid_low_boxes if low else REFERENCE.grid_boxes)
                and (low or box.width < REFERENCE.grid_shape * box.height)
            )
            large = box.width * box.height > REFERENCE.field_largest * shape[0] * shape[1]
            if in_grid or large or box.height > REFERENCE.field_tallest * box.width:
                continue
        kept.append(field)
    return kept
