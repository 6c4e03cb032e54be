"""Which fields of a form lie side by side, so that what is written across the ruling between them may be either's."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.fields.field_parameters import FIELDS
from extractor.template import TemplateField


def beside(field: TemplateField, fields: Sequence[TemplateField]) -> tuple[bool, bool]:
    """Whether one of `fields` begins just where `field` ends, to its left and to its right.

    Beside a comb print, such as the slashes of a date, may stand between the two.
    """
    box = field.box
    near = (FIELDS.beside_comb if field.cells else FIELDS.beside) * box.height
    first, last = box.left, box.right
    left = right = False
    for other in fields:
        its = other.box
        # Most fields are ruled out by this alone.
        before, after = abs(its.left + its.width - first) < near, abs(its.left - last) < near
        if (before or after) and other is not field:
            level = min(box.bottom, its.bottom) - max(box.top, its.top) >= FIELDS.level * box.height
            left, right = left or (level and before), right or (level and after)
    return left, right
