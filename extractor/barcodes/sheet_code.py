"""What a barcode says of a sheet: by which template it is to be read, and which way up it lies."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from extractor.barcodes.code_reader import SURE, SeenCode, page_codes
from extractor.geometry import transform
from extractor.template import Template
from extractor.values import Gray, Kind, Points

STRAIGHT = 0.7
"""The cosine of the angle between the form's first side and that of its code, from which on it lies the right way."""


def chosen_by_code(codes: Sequence[SeenCode], templates: Sequence[Template]) -> list[Template]:
    """Those of `templates` that the page may be: those whose code it has; where it has none of theirs, those without.

    A page on which no code is seen may be any: its code may be torn off.
    """
    named = [one for one in templates if one.sheet and any(fits(code.text, one.sheet.code) for code in codes)]
    if named:
        return named
    return [one for one in templates if one.sheet is None] if codes else list(templates)


def separator_code(codes: Sequence[SeenCode], templates: Sequence[Template]) -> SeenCode | None:
    """The code by which a page parts the records before it from those after it; None where it is no such page: one with
    a code of a form is that form."""
    sheets = [template.sheet for template in templates if template.sheet is not None]
    if any(fits(code.text, sheet.code) for code in codes for sheet in sheets):
        return None
    patterns = [sheet.separator for sheet in sheets if sheet.separator is not None]
    parting = (code for code in codes if code.confidence >= SURE and any(fits(code.text, one) for one in patterns))
    return next(parting, None)


def fits(text: str, pattern: str) -> bool:
    """Whether `text` is as `pattern` has it, in which `*` stands for anything and `?` for any one character."""
    return fnmatchcase(text, pattern)


def lies_upright(matrix: Points, template: Template, codes: Sequence[SeenCode]) -> bool:
    """Whether `matrix`, from template units to pixels, lays the form as its code lies, where the code's field says how
    that is; a code is printed upright."""
    if template.sheet is None:
        return True
    own = [code for code in codes if fits(code.text, template.sheet.code)]
    fields = [field for field in template.fields if field.format.kind is Kind.BARCODE]
    if not own or not fields:
        return True
    box = fields[0].box
    ends = transform(matrix, np.array(((box.left, box.top), (box.right, box.top))))
    first, second = ends[1] - ends[0], own[0].corners[1] - own[0].corners[0]
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return length == 0 or float(first @ second) / length > STRAIGHT


def read_sheet_codes(image: Gray, templates: Sequence[Template]) -> list[SeenCode]:
    """The codes of the page, where one of `templates` asks for them."""
    return page_codes(image) if any(template.sheet is not None for template in templates) else []
