"""What is not wrong in a template, but will read badly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, compress

from extractor.fields import FieldImage
from extractor.table_lines import table_place
from extractor.template import Template, TemplateField
from extractor.values import Kind

A4_MM = 297.0
SMALLEST_MM = 4.0
"""The least side of a cell that people write digits into without touching its lines, on A4."""

FEWEST_PIXELS = 16
"""Pixels of a cell's smaller side on a page; below it digits are guessed more than read."""


def advice(template: Template) -> list[str]:
    """One sentence for each thing that is worth changing."""
    return [*_overlaps(template), *_small(template), *_formats(template), *_rules(template)]


def _once(template: Template) -> tuple[TemplateField, ...]:
    """The fields, of tables those of the first line, which the others are like."""
    first = [place is None or place.line == 1 for place in map(table_place, (f.name for f in template.all_fields))]
    return tuple(compress(template.all_fields, first))


def _overlaps(template: Template) -> Iterator[str]:
    for one, other in combinations(_once(template), 2):
        a, b = one.box, other.box
        across = min(a.right, b.right) - max(a.left, b.left)
        down = min(a.bottom, b.bottom) - max(a.top, b.top)
        # Neighbours in a table share a line; that is no overlap.
        if across > 0 and down > 0 and across * down > 0.1 * min(a.width * a.height, b.width * b.height):
            yield f"the boxes of '{one.name}' and '{other.name}' overlap; the same ink will be read twice."


def _small(template: Template) -> Iterator[str]:
    to_mm = A4_MM / max(template.page.width, template.page.height)
    small = [field.name for field in _once(template) if _room(field) * to_mm < SMALLEST_MM]
    if small:
        yield (
            f"the cells of {_some(small)} are less than {SMALLEST_MM:.0f} mm wide or high, if the page is A4; "
            "digits written there run into each other and into the lines."
        )


def _room(field: TemplateField) -> float:
    return min(field.box.height, field.cell_boxes[0].width)


def _formats(template: Template) -> Iterator[str]:
    for field in _once(template):
        if field.cells and field.format.digits and field.format.digits[0] > field.cells:
            yield (
                f"'{field.name}' has {field.cells} cells but its format asks for at least {field.format.digits[0]} "
                "digits; every reading will be sent to review."
            )


def _rules(template: Template) -> Iterator[str]:
    kinds = {field.name: field.format.kind for field in template.all_fields}
    # A rule of lines says the same of each of them.
    for rule in (rule for rule in template.all_rules if rule.table.partition(".")[2] in ("", "1")):
        texts = [name for name in rule.names if not kinds[name].is_number and kinds[name] is not Kind.DIGITS]
        if texts:
            yield f"the rule '{rule.text}' calculates with {_some(texts)}, which is no number; give a number field."


def tiny_cells(template: Template, located: Sequence[FieldImage]) -> Iterator[str]:
    """A sentence where fields of the page have too few pixels to be read well."""
    tiny = []
    for field, one in zip(template.all_fields, located, strict=True):
        (x0, y0), (x1, y1), _, (x3, y3) = one.quad
        width = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / (field.cells or 1)
        height = ((x3 - x0) ** 2 + (y3 - y0) ** 2) ** 0.5
        if (min(width, height) if field.cells else height) < FEWEST_PIXELS:
            tiny.append(field.name)
    if tiny:
        yield f"{_some(tiny)} have fewer than {FEWEST_PIXELS} pixels per digit here; scan at 200 dpi or more."


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
