"""Which fields of a form lie side by side, so that what is written across the ruling between them may be either's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from extractor.fields.field_parameters import FIELDS
from extractor.template import TemplateField
from extractor.values import Points


def boxes_of(fields: Sequence[TemplateField]) -> Points:
    """The boxes of `fields` as left, top, width and height, shape (fields, 4)."""
    return np.array([field.box for field in fields], np.float64).reshape(-1, 4)


def beside(field: TemplateField, boxes: Points) -> tuple[bool, bool]:
    """Whether a field begins just where `field` ends, to its left and to its right; `boxes`, shape (fields, 4), are
    those of the form's fields, of which it may be one.

    Beside a comb print, such as the slashes of a date, may stand between the two.
    """
    box = field.box
    near = (FIELDS.beside_comb if field.cells else FIELDS.beside) * box.height
    left, top, width, height = boxes.T
    shared = np.minimum(box.bottom, top + height) - np.maximum(box.top, top)
    level = (shared >= FIELDS.level * box.height) & (boxes != box).any(1)
    before, after = np.abs(left + width - box.left) < near, np.abs(left - box.right) < near
    return bool((level & before).any()), bool((level & after).any())
