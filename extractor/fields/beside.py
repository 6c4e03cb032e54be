"""Which fields of a form lie side by side, so that what is written across the line between them may be either's."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.template import TemplateField

CLOSE, LEVEL = 0.3, 0.5
"""Shares of a field's height: the most between two fields side by side, and the least of it that both have."""


def beside(field: TemplateField, fields: Sequence[TemplateField]) -> tuple[bool, bool]:
    """Whether one of `fields` begins just where `field` ends, to its left and to its right."""
    box = field.box
    near = CLOSE * box.height
    left = right = False
    for other in fields:
        its = other.box
        if other is field or min(box.bottom, its.bottom) - max(box.top, its.top) < LEVEL * box.height:
            continue
        left = left or abs(its.right - box.left) < near
        right = right or abs(its.left - box.right) < near
    return left, right
