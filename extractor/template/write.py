"""A template as YAML that people can read and edit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import yaml

from extractor.template.mark_group import plain_marks
from extractor.template.model import FieldContent, Format
from extractor.template.table import Table
from extractor.template.template import Template

YAML_HEAD = """\
# What the form '{form}' looks like. Boxes and marks are in units of the page: [left, top, width, height] and [x, y].
# Rename the fields, delete those that you do not need, and say in 'format' what each holds:
#   kind: digits (leading zeros stay), integer, decimal, amount, date or time
#   also: digits: 3 or 2-5, min, max, decimals, values, pattern, check (luhn, iban, …), order (of a date: dmy; its min
#   and max are days: 2020-01-31),
#   and what a blank, struck or dashed field means: blank: zero, struck: zero, dash: missing
"""

YAML_TAIL = """\
# The form's arithmetic, checked on every page; the fields in it must be of a kind that is a number:
# rules:
#   - total = {first} + {second}
# (also -, *, <=, >=, <, >, and sum({first}, {second}); lists: {{paid: [{first}, {second}]}} makes that sum(paid))
"""

PLAIN_BELOW = 10**15
"""Whole numbers below this are the same however YAML reads them."""

TABLES_HEAD = (
    "# Tables: the same columns in each line. 'first' is the box of the first line, 'pitch' how far the next begins",
    "# below it; uneven lines have 'boxes' instead. Delete columns that you do not need, such as printed numbers.",
)


def template_yaml(template: Template, remarks: Mapping[str, str] | None = None) -> str:
    """`template` as commented YAML that `load_template` reads back as the same template. `remarks` are comments beside
    fields and columns (`patients.fee`)."""
    told = {name: f"  # {_one_line(remark)}" for name, remark in (remarks or {}).items()}
    page, landmarks = template.page, template.landmarks
    lines = [
        YAML_HEAD.format(form=_one_line(template.form)),
        "formdigits: 1",
        f"form: {as_text(template.form)}",
        f"page: {{width: {as_number(page.width)}, height: {as_number(page.height)}, dpi: {page.dpi}}}",
    ]
    if landmarks.marks or landmarks.reference:
        lines += [
            "",
            "# What shows where the form lies on a page: solid square marks, and a picture of the blank form.",
        ]
        lines.append("landmarks:")
        if landmarks.marks:
            lines.append(f"  marks: [{', '.join(_list(mark) for mark in landmarks.marks)}]")
        if landmarks.mark_size is not None:
            lines.append(f"  mark_size: {as_number(landmarks.mark_size)}")
        if landmarks.rings:
            lines.append("  rings: true")
        if landmarks.reference:
            lines.append(f"  reference: {as_text(landmarks.reference)}")
        if landmarks.dropout:
            lines.append("  dropout: true")
    if template.sheet is not None:
        lines += ["", "# Pages with this barcode are read by this template, and by no other.", "sheet:"]
        lines.append(f"  code: {as_text(template.sheet.code)}")
        if template.sheet.key:
            lines.append("  key: true")
        if template.sheet.separator is not None:
            lines.append(f"  separator: {as_text(template.sheet.separator)}")
    if template.models:
        lines += ["", f"models: [{', '.join(as_text(name) for name in template.models)}]"]
    if template.fields:
        lines += ["", "fields:"]
    for field in template.fields:
        lines += [f"  - name: {as_text(field.name)}", f"    box: {_list(field.box)}"]
        lines += [f"    {part}" for part in _content(field)]
        lines[-1] += told.get(field.name, "")
    if template.tables:
        lines += ["", *TABLES_HEAD, "tables:"]
    for table in template.tables:
        lines += _table(table, told)
    lines.append("")
    if template.lists:
        lines += ["lists:", *(f"  {as_text(name)}: [{', '.join(fields)}]" for name, fields in template.lists)]
    if template.rules:
        lines += ["rules:", *(f"  - {as_text(rule.text)}" for rule in template.rules), ""]
    else:
        names = [field.name for field in template.fields] or ["first_field"]
        lines.append(YAML_TAIL.format(first=names[0], second=names[min(1, len(names) - 1)]))
    return "\n".join(lines)


def _table(table: Table, told: Mapping[str, str]) -> list[str]:
    rows = table.rows
    lines = [f"  - name: {as_text(table.name)}"]
    if rows.first is not None and rows.count is not None and rows.pitch is not None:
        lines.append(f"    rows: {{first: {_list(rows.first)}, count: {rows.count}, pitch: {as_number(rows.pitch)}}}")
    else:
        lines += ["    rows:", "      boxes:", *(f"        - {_list(box)}" for box in rows.boxes)]
    if table.keep_empty:
        lines.append("    keep_empty: true")
    lines.append("    columns:")
    for column in table.columns:
        place = [
            f"name: {as_text(column.name)}",
            f"left: {as_number(column.left)}",
            f"width: {as_number(column.width)}",
        ]
        remark = told.get(f"{table.name}.{column.name}", "")
        lines.append(f"      - {{{', '.join([*place, *_content(column)])}}}{remark}")
    return lines


def _content(field: FieldContent) -> list[str]:
    """What a field or a column has beside its name and its place."""
    parts = []
    if field.cells is not None:
        parts.append(f"cells: {field.cells}")
    if field.gap:
        parts.append(f"gap: {as_number(field.gap)}")
    if field.alphabet != type(field).model_fields["alphabet"].default:
        parts.append(f"alphabet: {as_text(field.alphabet)}")
    if field.marks is not None:
        parts.append(f"marks: {_tree(plain_marks(field.marks))}")
    return [*parts, f"format: {_format(field.format)}"]


def _format(form: Format) -> str:
    parts = [f"kind: {form.kind.value}"]
    if form.digits is not None:
        low, high = form.digits
        parts.append(f"digits: {low if low == high else f'{low}-{high}'}")
    plain = form.model_dump(exclude_defaults=True, exclude={"kind", "digits"})
    for key, value in plain.items():
        # Texts, and numbers with a point, are written so that YAML reads the same again.
        parts.append(f"{key}: {_value(value)}")
    return f"{{{', '.join(parts)}}}"


def _tree(value: object) -> str:
    """A tree of lists and mappings on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_tree(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_tree(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return as_number(value) if isinstance(value, int | float) else as_text(str(value))


def _value(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(as_text(str(item)) for item in value)}]"
    whole = isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < PLAIN_BELOW
    return f"{value:.0f}" if whole else str(value) if isinstance(value, int | date) else as_text(str(value))


def _list(numbers: tuple[float, ...]) -> str:
    return f"[{', '.join(as_number(v) for v in numbers)}]"


def as_number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def as_text(text: str) -> str:
    """Plain where YAML takes it as the same text, else in double quotes."""
    try:
        plain = yaml.safe_load(text) == text and yaml.safe_load(f"{{a: {text}}}") == {"a": text}
    except yaml.YAMLError:
        plain = False
    # JSON's quotes and escapes are YAML's as well.
    return text if plain and text == _one_line(text) else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
